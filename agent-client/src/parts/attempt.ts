import { ApiError } from "../connection/http.ts";
import { sentence } from "../said/said.ts";
import { say } from "./toast.tsx";
import { failureText } from "./words.tsx";

/** Why it was refused, in the server's own sentence where it gave one: it names who has the client, for example. */
export const refusalText = (error: ApiError): string =>
	error.said ? sentence(error.said, error.message) : failureText(error.code);

/** Does what a button says; a failure is said in a toast. True when it worked. */
export async function attempt(work: Promise<unknown>, done?: string): Promise<boolean> {
	try {
		await work;
		if (done) say(done);
		return true;
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
		say(refusalText(error), "bad");
		return false;
	}
}
