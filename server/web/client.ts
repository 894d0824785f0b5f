import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyReply } from "fastify";
import type { App } from "../http.ts";
import { notFound } from "./errors.ts";

/** Where a script or a style says that it is ours; vite writes it when `html.cspNonce` is set. */
const placeholder = "__CSP_NONCE__";

/**
 * The agent client from `root` (built by vite). Files with a hash in their name are kept by the browser
 * for a year; `index.html` is made for each answer, with its nonce, and stands for every page of the client.
 */
export async function serveClient(app: App, root: string): Promise<void> {
	const page = await readFile(join(root, "index.html"), "utf8").catch(() => null);
	if (page === null) app.log.warn({ root }, "the client is not built: npm run build");

	const sendPage = async (reply: FastifyReply) => {
		if (page === null) throw notFound();
		reply.header("cache-control", "no-cache").type("text/html; charset=utf-8");
		return await reply.send(withNonce(page, reply.nonce));
	};

	if (page !== null)
		await app.register(fastifyStatic, {
			root,
			index: false,
			dotfiles: "deny",
			cacheControl: false,
			setHeaders: (reply, path) => {
				const hashed = path.includes("/assets/");
				reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
			},
		});
	app.get("/", { schema: { hide: true } }, (_request, reply) => sendPage(reply));

	app.setNotFoundHandler(async (request, reply) => {
		const path = request.url.split("?", 1)[0] ?? "";
		const isPage = !/^\/(api|health|metrics|assets)(\/|$)/.test(path) && !/\.[a-z0-9]{1,5}$/i.test(path);
		if (request.method !== "GET" || !isPage) throw notFound();
		return await sendPage(reply);
	});
}

/** Fills the placeholder, and gives the nonce to tags that have none: inline scripts run only with it. */
export function withNonce(page: string, nonce: string): string {
	return page
		.replaceAll(placeholder, nonce)
		.replace(/<(script|style)(?![^>]*\snonce=)/g, (_tag, name: string) => `<${name} nonce="${nonce}"`);
}
