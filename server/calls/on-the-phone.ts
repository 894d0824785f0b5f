import type { Call } from "../protocol/call.ts";

/** Users whose phone rings for this call now, each once. */
export function ringingUsers(call: Call): string[] {
	return usersWhere(call, (leg) => !isOnIt(leg));
}

/** Users who speak in this call now, or dialled and wait for the other side; each once. */
export function talkingUsers(call: Call): string[] {
	return usersWhere(call, isOnIt);
}

/** Who dials has the phone in the hand: for that person nothing rings. */
function isOnIt(leg: Call["legs"][number]): boolean {
	return leg.answeredAt !== null || leg.placed;
}

function usersWhere(call: Call, fits: (leg: Call["legs"][number]) => boolean): string[] {
	if (call.endedAt !== null) return [];
	const users = call.legs.flatMap((leg) =>
		leg.user && leg.result === null && leg.leftAt === null && fits(leg) ? [leg.user.id] : [],
	);
	return [...new Set(users)];
}
