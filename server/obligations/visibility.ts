import type { Person } from "../http.ts";

/** Who has to do with an obligation. */
export interface Bound {
	readonly assigneeId: string | null;
	readonly claimedById: string | null;
	/** Users who took part in its call. */
	readonly userIds: readonly string[];
	/** It went to the team. */
	readonly escalated: boolean;
}

type Viewer = Pick<Person, "id" | "role">;

const leads = (person: Viewer) => person.role !== "agent";

/** Agents see what is theirs, what is nobody's, and what went to the team. */
export function maySee(person: Viewer, of: Bound): boolean {
	return leads(person) || isOwn(person, of) || of.assigneeId === null || of.escalated;
}

/** Agents process calls in which they took part, and those that they see. */
export function mayDispose(person: Viewer, of: Bound): boolean {
	return maySee(person, of) || of.userIds.includes(person.id);
}

/** A claim is given back by who made it, or taken away by a supervisor. */
export function mayRelease(person: Viewer, of: Pick<Bound, "claimedById">): boolean {
	return leads(person) || of.claimedById === person.id;
}

function isOwn(person: Viewer, of: Bound): boolean {
	return of.assigneeId === person.id || of.claimedById === person.id;
}
