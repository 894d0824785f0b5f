import type { IncomingHttpHeaders } from "node:http";

const safe = new Set(["GET", "HEAD", "OPTIONS"]);

/** `https://calls.example.com:8443` → the same in normal form; null when it is no origin. */
function normal(text: string): URL | null {
	try {
		const url = new URL(text);
		return url.protocol === "http:" || url.protocol === "https:" ? url : null;
	} catch {
		return null;
	}
}

/**
 * May this `Origin` talk to us with the person's cookie? With a list: when it is on it. Without one:
 * when it is the very host that the request was sent to. A page of another site cannot forge
 * either: the browser writes both headers. A missing origin is let in: browsers always send one on
 * WebSocket handshakes and on unsafe requests to another site, so its sender is no browser and
 * carries no one else's cookie.
 */
export function originAllowed(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
	const { origin, host } = headers;
	if (origin === undefined) return true;
	const url = normal(origin);
	if (url === null) return false;
	if (allowed.length === 0) return host !== undefined && url.host === host;
	return allowed.some((item) => normal(item)?.origin === url.origin);
}

/**
 * The check against requests forged by other sites (CSRF), for methods that change something:
 * `Sec-Fetch-Site` where the browser sends it, else `Origin`.
 */
export function requestAllowed(method: string, headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
	if (safe.has(method)) return true;
	const site = headers["sec-fetch-site"];
	if (site === "same-origin" || site === "none") return true;
	if (site !== undefined && headers.origin === undefined) return false;
	return originAllowed(headers, allowed);
}
