import { z } from "zod";
import { Id } from "../protocol/basics.ts";

/** What one server tells the others that share its database. `from`: which run of a server said it. */
export const Told = z.discriminatedUnion("kind", [
	z.object({ from: z.string(), kind: z.literal("user.changed"), userId: Id }),
	z.object({ from: z.string(), kind: z.literal("session.ended"), userId: Id, sessionId: z.string().nullable() }),
	z.object({ from: z.string(), kind: z.literal("settings.changed") }),
]);
export type Told = z.infer<typeof Told>;

/** Null for what another version says, or a stranger on the same channel: whatever it is, the regular look finds it. */
export function readTold(payload: string | undefined): Told | null {
	try {
		return Told.safeParse(JSON.parse(payload ?? "")).data ?? null;
	} catch {
		return null;
	}
}
