import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const version = "v1";

/**
 * Encrypts a secret with AES-256-GCM. `place` (row id and column) is bound to it as associated data: a sealed secret
 * that somebody copies into another row or column opens no more.
 */
export function seal(key: Buffer, secret: string, place: string): string {
	const iv = randomBytes(12);
	const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(place));
	const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
	return `${version}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64url")}`;
}

/** The secret again; throws when key, place or text are not those it was sealed with. */
export function unseal(key: Buffer, sealed: string, place: string): string {
	const [mark, text] = sealed.split(".");
	const bytes = Buffer.from(text ?? "", "base64url");
	if (mark !== version || bytes.length < 28) throw new Error("This is no sealed secret.");
	const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12), { authTagLength: 16 })
		.setAAD(Buffer.from(place))
		.setAuthTag(bytes.subarray(12, 28));
	try {
		return decipher.update(bytes.subarray(28), undefined, "utf8") + decipher.final("utf8");
	} catch (error) {
		throw new Error("A sealed secret does not open: DZVIN_SECRET_KEY is another one than it was sealed with.", {
			cause: error,
		});
	}
}
