import type { Role } from "../protocol/basics.ts";
import type { PbxLive } from "../protocol/live.ts";

/** What the live part knows of a person; read anew when the person changes. */
export interface LivePerson {
	readonly id: string;
	readonly name: string;
	readonly role: Role;
	readonly extension: string | null;
	readonly active: boolean;
}

/** Supervisors and admins watch everything. */
export const leads = (person: LivePerson): boolean => person.role !== "agent";

/** What is wrong with a PBX and how to mend it is the admin's; that it is away concerns everybody, lost events those who watch. */
export function forRole(pbx: PbxLive, person: LivePerson): PbxLive {
	if (person.role === "admin") return pbx;
	const { lost, ...others } = pbx;
	return { ...others, problem: null, said: null, ...(leads(person) && lost ? { lost } : {}) };
}
