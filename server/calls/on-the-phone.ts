import type { Call } from "../protocol/call.ts";

/** Users whose phone rings for this call now, each once. */
export function ringingUsers(call: Call): string[] {
	return usersWhere(call, (leg) => leg.result === null && leg.leftAt === null && leg.answeredAt === null);
}

/** Users who speak in this call now, each once. */
export function talkingUsers(call: Call): string[] {
	return usersWhere(call, (leg) => leg.result === null && leg.leftAt === null && leg.answeredAt !== null);
}

function usersWhere(call: Call, fits: (leg: Call["legs"][number]) => boolean): string[] {
	if (call.endedAt !== null) return [];
	const users = call.legs.flatMap((leg) => (leg.user && fits(leg) ? [leg.user.id] : []));
	return [...new Set(users)];
}
