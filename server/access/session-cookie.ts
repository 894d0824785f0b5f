import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * The session's token out of a `Cookie` header; null when there is none that we signed. A cookie is
 * `<token>.<HMAC-SHA-256 in base64>`, percent-encoded, as better-auth writes it.
 */
export function tokenOf(header: string, name: string, secret: string): string | null {
	for (const pair of header.split(";")) {
		const equals = pair.indexOf("=");
		if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
		const value = decoded(pair.slice(equals + 1).trim());
		const dot = value.lastIndexOf(".");
		if (dot < 1) continue;
		const token = value.slice(0, dot);
		const wanted = createHmac("sha256", secret).update(token).digest("base64");
		const given = Buffer.from(value.slice(dot + 1));
		if (given.length === wanted.length && timingSafeEqual(given, Buffer.from(wanted))) return token;
	}
	return null;
}

function decoded(value: string): string {
	try {
		return decodeURIComponent(value);
	} catch {
		return "";
	}
}
