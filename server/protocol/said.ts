import { z } from "zod";

/** A sentence by its code, so that a client can say it in another language; `server/protocol/sentences.ts` lists them all. */
export const Said = z.object({ code: z.string(), values: z.record(z.string(), z.string()) });
export type Said = z.infer<typeof Said>;
