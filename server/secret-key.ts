import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** 32 bytes from 64 hex digits or from base64, else null. */
export function parseKey(text: string): Buffer | null {
	if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
	if (!/^[0-9A-Za-z+/_-]{43}=?$/.test(text)) return null;
	const bytes = Buffer.from(text, "base64");
	return bytes.length === 32 ? bytes : null;
}

/**
 * The key that the first start made in the data folder. Readable by its owner only; an existing file that others may
 * read is closed to them.
 */
export function keptKey(dataDir: string): Buffer {
	const file = join(dataDir, "secret-key");
	mkdirSync(dataDir, { recursive: true, mode: 0o711 });
	try {
		writeFileSync(file, `${randomBytes(32).toString("hex")}\n`, { flag: "wx", mode: 0o600 });
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
	}
	chmodSync(file, 0o600);
	const key = parseKey(readFileSync(file, "utf8").trim());
	if (key === null) throw new Error(`${file} holds no key of 32 bytes. Restore it from a backup.`);
	return key;
}
