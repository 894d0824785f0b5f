import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { type Sentence, say } from "../protocol/sentences.ts";
import type { Endpoint } from "./dial.ts";

/** Whether nobody on the way can read along: TLS, or this machine itself. */
export function isSheltered({ host, tls }: Pick<Endpoint, "host" | "tls">): boolean {
	return tls.enabled || host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/**
 * Headers of the action Login. By challenge the secret itself never goes over the wire. Without one it goes only where
 * nobody can read along; null: it may not be sent.
 * https://docs.asterisk.org/Asterisk_22_Documentation/API_Documentation/AMI_Actions/Challenge/
 */
export function loginHeaders(
	{ username, secret }: { readonly username: string; readonly secret: string },
	challenge: string | undefined,
	sheltered: boolean,
): Readonly<Record<string, string>> | null {
	if (challenge === undefined) return sheltered ? { Username: username, Secret: secret } : null;
	const key = createHash("md5")
		.update(challenge + secret)
		.digest("hex");
	return { AuthType: "MD5", Username: username, Key: key };
}

/** What to tell when `loginHeaders` answered null. */
export const inTheClear = (where: string, user: string): Sentence => say("login.open", { where, user });
