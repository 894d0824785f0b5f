import type { Person } from "../http.ts";

type Viewer = Pick<Person, "id" | "role">;

/** What of a call decides who may see it. */
export interface Shown {
	readonly direction: "inbound" | "outbound" | "internal";
	/** Users who took part. */
	readonly userIds: readonly string[];
}

export const leads = (person: Viewer): boolean => person.role !== "agent";

/** The facts of an external call are everybody's, so that a contact's history is complete; an internal one is private. */
export function maySeeCall(person: Viewer, call: Shown): boolean {
	return leads(person) || call.direction !== "internal" || call.userIds.includes(person.id);
}

/** Agents hear their own calls only. */
export function mayHear(person: Viewer, call: Shown): boolean {
	return leads(person) || call.userIds.includes(person.id);
}

/** Without a client to ask about, an agent's list holds the own calls and those of the own contacts. */
export function listsOwnOnly(person: Viewer, query: { contact?: unknown; number?: unknown }): boolean {
	return !leads(person) && query.contact === undefined && query.number === undefined;
}
