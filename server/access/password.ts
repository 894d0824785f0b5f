import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(argon2);

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, 1 lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };
const stored =
	/^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
const unpadded = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");

/** Hashes with argon2id; the answer is a PHC string that carries its own cost and salt. */
export async function hashPassword(password: string): Promise<string> {
	const nonce = randomBytes(16);
	const tag = await derive("argon2id", { message: password.normalize("NFKC"), nonce, ...cost });
	return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${unpadded(nonce)}$${unpadded(tag)}`;
}

/** False for a wrong password and for text that is no argon2id hash. */
export async function verifyPassword(hash: string, password: string): Promise<boolean> {
	const [, memory, passes, parallelism, salt, tag] = stored.exec(hash) ?? [];
	if (salt === undefined || tag === undefined) return false;
	const expected = Buffer.from(tag, "base64");
	const actual = await derive("argon2id", {
		message: password.normalize("NFKC"),
		nonce: Buffer.from(salt, "base64"),
		memory: Number(memory),
		passes: Number(passes),
		parallelism: Number(parallelism),
		tagLength: expected.length,
	});
	return timingSafeEqual(expected, actual);
}

/** A password for the first start: 120 bits, without look-alikes, easy to copy from a terminal. */
export function generatePassword(): string {
	const letters = "abcdefghijkmnpqrstuvwxyz23456789";
	return [...randomBytes(24)].map((byte) => letters[byte % letters.length]).join("");
}
