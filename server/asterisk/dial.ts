import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { hostProblem } from "../pbx-host.ts";
import { type Sentence, say } from "../protocol/sentences.ts";
import { RefusedAddress, vettedLookup } from "./vetted-lookup.ts";

/** Where a PBX listens, and how we know that it is ours. */
export interface Endpoint {
	readonly host: string;
	readonly port: number;
	readonly tls: {
		readonly enabled: boolean;
		/** PEM of the authority that signed the PBX's certificate. */
		readonly ca?: string;
		/** SHA-256 of the PBX's own certificate in hex, colons or not. */
		readonly fingerprint?: string;
	};
}

/** The link could not be made; the message says what, where, and what to do. */
export class LinkProblem extends Error {
	/** `refused`, `unreachable`, `timeout`, `tls`, `pin`: for the doctor. */
	override readonly cause: "refused" | "unreachable" | "timeout" | "tls" | "pin" | "closed";
	readonly sentence: Sentence;
	constructor(cause: LinkProblem["cause"], sentence: Sentence) {
		super(sentence.message);
		this.name = "LinkProblem";
		this.cause = cause;
		this.sentence = sentence;
	}
}

const connectDeadline = 5000;
const lookup = vettedLookup();

/**
 * Opens a TCP or TLS connection, to no address at which a PBX cannot be, whatever name it hides behind. Rejects with a LinkProblem, also when `signal` gives it up; never
 * hands over an unproven TLS peer.
 */
export function dial(endpoint: Endpoint, signal?: AbortSignal): Promise<Socket> {
	const { host, port, tls } = endpoint;
	return new Promise((resolve, reject) => {
		// An address is not looked up: it is vetted here, a name in its look-up.
		if (isIP(host) !== 0 && hostProblem(host) !== null) return reject(noPlace(host));
		const socket = tls.enabled ? openTls(endpoint) : connectTcp({ host, port, lookup, noDelay: true });
		const done = () => {
			socket.setTimeout(0);
			signal?.removeEventListener("abort", onAbort);
			socket.off("timeout", onTimeout).off("error", onError).off("close", onClose).off(ready, onReady);
		};
		const fail = (problem: LinkProblem) => {
			done();
			// A late error of the socket that we give up must not end the process.
			socket.on("error", () => {});
			socket.destroy();
			reject(problem);
		};
		const onAbort = () => fail(new LinkProblem("closed", say("link.given-up")));
		const onTimeout = () => fail(new LinkProblem("timeout", unanswered(host, port)));
		const onClose = () => fail(new LinkProblem("closed", closedAtOnce(endpoint)));
		const onError = (error: NodeJS.ErrnoException) => fail(explain(error, endpoint));
		const onReady = () => {
			const mismatch = tls.enabled ? pinMismatch(socket as TLSSocket, endpoint) : null;
			if (mismatch) return fail(mismatch);
			done();
			resolve(socket);
		};
		const ready = tls.enabled ? "secureConnect" : "connect";
		socket.setTimeout(connectDeadline);
		if (signal?.aborted) return onAbort();
		signal?.addEventListener("abort", onAbort);
		socket.once("timeout", onTimeout).once("error", onError).once("close", onClose).once(ready, onReady);
	});
}

function openTls({ host, port, tls }: Endpoint): TLSSocket {
	return connectTls({
		host,
		port,
		lookup,
		// A pinned certificate is proven by its fingerprint, which is stronger than any authority's word.
		rejectUnauthorized: tls.fingerprint === undefined,
		...(tls.ca === undefined ? {} : { ca: tls.ca }),
		// SNI does not allow addresses.
		...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
	});
}

/** Hex digits of a fingerprint, lower case. */
export const plainFingerprint = (fingerprint: string): string => fingerprint.replace(/[^0-9a-f]/gi, "").toLowerCase();

function pinMismatch(socket: TLSSocket, { host, port, tls }: Endpoint): LinkProblem | null {
	if (tls.fingerprint === undefined) return null;
	const shown = socket.getPeerCertificate().fingerprint256 ?? "";
	if (plainFingerprint(shown) === plainFingerprint(tls.fingerprint)) return null;
	return new LinkProblem("pin", say("link.pin", { where: `${host}:${port}`, shown }));
}

const noPlace = (host: string) => new LinkProblem("unreachable", say("link.no-place", { host }));

const unanswered = (host: string, port: number) => say("link.timeout", { where: `${host}:${port}`, port });

const closedAtOnce = ({ host, port, tls }: Endpoint) =>
	say(tls.enabled ? "link.closed-tls" : "link.closed-plain", { where: `${host}:${port}` });

function explain(error: NodeJS.ErrnoException, endpoint: Endpoint): LinkProblem {
	const { host, port, tls } = endpoint;
	const where = `${host}:${port}`;
	if (error instanceof RefusedAddress) return noPlace(error.message);
	switch (error.code) {
		case "ECONNREFUSED":
			return new LinkProblem("refused", say("link.refused", { where, port }));
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return new LinkProblem("unreachable", say("link.no-name", { host }));
		case "EHOSTUNREACH":
		case "ENETUNREACH":
			return new LinkProblem("unreachable", say("link.no-way", { where, reason: error.code }));
		case "ECONNRESET":
		case "EPIPE":
			return new LinkProblem("closed", closedAtOnce(endpoint));
		case "ETIMEDOUT":
			return new LinkProblem("timeout", unanswered(host, port));
		default:
			if (!tls.enabled) return new LinkProblem("unreachable", say("link.failed", { where, reason: error.message }));
			return new LinkProblem("tls", say("link.certificate", { where, reason: error.code ?? error.message }));
	}
}
