import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";

const types: Record<string, string> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript",
	".css": "text/css",
	".svg": "image/svg+xml",
};
const root = process.env.DZVIN_CLIENT_ROOT ?? join(import.meta.dirname, "../../dist/client");

/** A file of the built client, or its page for an address of its own, as the server serves them. */
export async function serveFile(path: string, response: ServerResponse): Promise<void> {
	const wanted = extname(path) ? path : "/index.html";
	const content = await readFile(join(root, normalize(wanted))).catch(() => null);
	if (!content) {
		response.writeHead(404).end();
		return;
	}
	const nonce = randomBytes(12).toString("base64");
	response.writeHead(200, {
		"content-type": types[extname(wanted)] ?? "application/octet-stream",
		"content-security-policy": `default-src 'self'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; object-src 'none'; base-uri 'none'`,
	});
	response.end(wanted === "/index.html" ? String(content).replaceAll("__CSP_NONCE__", nonce) : content);
}
