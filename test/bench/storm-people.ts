import { createHash, createHmac } from "node:crypto";

/** Person `n` of storm.ts, without asking anybody: id, session token, and the cookie that a browser would send. */
export const personOf = (n: number): string => {
	const hex = createHash("sha256").update(`person ${n}`).digest("hex");
	return `01970000-${hex.slice(0, 4)}-7${hex.slice(4, 7)}-8${hex.slice(7, 10)}-${hex.slice(10, 22)}`;
};
export const sessionOf = (n: number): string => createHash("sha256").update(`session ${n}`).digest("hex").slice(0, 32);

const secret = createHmac("sha256", createHash("sha256").update("storm").digest())
	.update("dzvin session cookies")
	.digest("base64");
export function cookieOf(n: number): string {
	const signature = createHmac("sha256", secret).update(sessionOf(n)).digest("base64");
	return `dzvin=${encodeURIComponent(`${sessionOf(n)}.${signature}`)}`;
}
