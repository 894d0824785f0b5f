import { z } from "zod";
import type { App } from "../http.ts";

const Operation = z.object({ summary: z.string().optional() }).loose();
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) });

/** `/api/openapi.json` for programs, `/api/docs` for people: one page without scripts, readable without a network. */
export function registerDocs(app: App): void {
	app.get("/api/openapi.json", { schema: { hide: true } }, () => app.swagger());
	app.get("/api/docs", { schema: { hide: true } }, (_request, reply) => {
		const { paths } = Document.parse(app.swagger());
		const routes = Object.entries(paths).flatMap(([path, methods]) =>
			Object.entries(methods).map(([method, operation]) => section(method.toUpperCase(), path, operation)),
		);
		return reply.type("text/html; charset=utf-8").send(page(reply.nonce, routes.join("\n")));
	});
}

function section(method: string, path: string, { summary, ...rest }: z.infer<typeof Operation>): string {
	const details = JSON.stringify(rest, null, 2);
	return `<details><summary><b>${text(method)}</b> <code>${text(path)}</code> ${text(summary ?? "")}</summary><pre>${text(details)}</pre></details>`;
}

function page(nonce: string, routes: string): string {
	return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Dzvin API</title>
<style nonce="${nonce}">:root{color-scheme:light dark}body{font:16px system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}summary{padding:.4rem 0;cursor:pointer}pre{overflow:auto}</style>
<h1>Dzvin API</h1><p>JSON under <code>/api</code>, signed in by cookie. Machine-readable: <a href="/api/openapi.json">openapi.json</a>.
Errors are <code>{"error":{"code","message","said"?,"fields"?,"wrong"?}}</code>, lists <code>{"items","next"}</code>, times RFC 3339 in UTC.</p>
${routes}`;
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const text = (raw: string) => raw.replace(/[&<>"]/g, (mark) => escapes[mark] ?? mark);
