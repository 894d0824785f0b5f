import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";

declare module "fastify" {
	interface FastifyReply {
		/** Scripts and styles of this one answer carry it; made when first read. */
		nonce: string;
	}
}

const fixed = {
	"x-content-type-options": "nosniff",
	"referrer-policy": "same-origin",
	"x-frame-options": "DENY",
	"cross-origin-opener-policy": "same-origin",
	"cross-origin-resource-policy": "same-origin",
	"permissions-policy": "camera=(), geolocation=(), payment=(), usb=(), microphone=(self), autoplay=(self)",
};

/** Our own few lines instead of a library: each header stands here to be read, with its nonce per answer. */
export function securityHeaders(app: FastifyInstance, options: { https: boolean }): void {
	const nonces = new WeakMap<object, string>();
	app.decorateReply("nonce", {
		getter() {
			const nonce = nonces.get(this) ?? randomBytes(18).toString("base64");
			nonces.set(this, nonce);
			return nonce;
		},
	});
	// Before everything, so that an answer that is written to the socket by hand carries them too.
	app.addHook("onRequest", async (request, reply) => {
		for (const [name, value] of Object.entries(fixed)) reply.header(name, value);
		reply.header("content-security-policy", policy(reply.nonce));
		if (options.https) reply.header("strict-transport-security", "max-age=31536000");
		if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
	});
}

/** Style attributes are allowed (widths of bars, the player's waveform); style elements need the nonce. */
function policy(nonce: string): string {
	return [
		"default-src 'self'",
		`script-src 'self' 'nonce-${nonce}'`,
		`style-src 'self' 'nonce-${nonce}'`,
		"style-src-attr 'unsafe-inline'",
		"img-src 'self' data: blob:",
		"media-src 'self' blob:",
		"connect-src 'self'",
		"worker-src 'self' blob:",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	].join("; ");
}
