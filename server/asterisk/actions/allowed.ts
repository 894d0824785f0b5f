import { DzvinError } from "../../errors.ts";

/** An action as it goes to the PBX. Repeated `Variable` headers are one record. */
export interface Action {
	readonly name: ActionName;
	readonly headers: Readonly<Record<string, string>>;
	readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Every action that may ever leave this server, with the headers that it may carry. Another one is
 * one more row; what is not here cannot be sent, whoever asks.
 */
const table = {
	Events: ["EventMask"],
	CoreSettings: [],
	ListCommands: [],
	Originate: ["Channel", "Context", "Exten", "Priority", "Timeout", "Async"],
	Redirect: ["Channel", "Context", "Exten", "Priority"],
	QueuePause: ["Interface", "Paused", "Queue", "Reason"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ActionName = keyof typeof table;

/** `CONNECTEDLINE(num,i)`, `__NAME`. */
const variableName = /^\w+(\(\w+(,\w+)*\))?$/;

/**
 * The headers of an action, proven to be one action: its name is on the list, every header is
 * allowed for it, and no key and no value can end a line. Throws `bad-request` otherwise, before
 * anything is near a socket.
 */
export function provenHeaders(action: Action): Record<string, string | Record<string, string>> {
	const allowed: readonly string[] | undefined = Object.hasOwn(table, action.name) ? table[action.name] : undefined;
	if (!allowed) throw refused(`The action ${JSON.stringify(action.name)} is not on the list of allowed actions.`);
	const proven: Record<string, string | Record<string, string>> = { action: action.name };
	for (const [key, value] of Object.entries(action.headers)) {
		if (!allowed.includes(key)) throw refused(`${action.name} may not carry the header ${JSON.stringify(key)}.`);
		proven[key] = oneLine(key, value);
	}
	const variables = Object.entries(action.variables ?? {});
	if (variables.length === 0) return proven;
	if (action.name !== "Originate") throw refused(`${action.name} may not carry variables.`);
	const proof: Record<string, string> = {};
	for (const [key, value] of variables) {
		if (!variableName.test(key)) throw refused(`${JSON.stringify(key)} is not the name of a channel variable.`);
		proof[key] = oneLine(key, value);
	}
	return { ...proven, variable: proof };
}

function oneLine(key: string, value: string): string {
	if (!/[\r\n\0]/.test(value)) return value;
	throw refused(`The value of ${key} has a line break or NUL in it.`);
}

const refused = (message: string) => new DzvinError("bad-request", message);
