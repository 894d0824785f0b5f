import { z } from "zod";

export const DemoState = z.object({
	/** Whether there is demo data. */
	present: z.boolean(),
	/** Calls that can be played; `title` in English, the client translates by `id`. */
	scenarios: z.array(z.object({ id: z.string(), title: z.string() })),
});
export type DemoState = z.infer<typeof DemoState>;
export const SimulateInput = z.strictObject({ scenario: z.string().min(1).max(60) });
