import { asked } from "./asked.ts";

// The same test as in every run, with the full count of lost answers, and from another seed when one is asked for.
const { count, seed } = asked({ count: 1_000 });
process.env.DZVIN_LOST_ANSWERS = String(count);
process.env.DZVIN_SEED = String(seed);
await import("../records/database-away.test.ts");
