import { asked } from "./asked.ts";

// The same simulation as in every run, ten times as long, and from another seed when one is asked for.
const { count, seed } = asked({ count: 200_000 });
process.env.DZVIN_SCHEDULES = String(count);
process.env.DZVIN_SEED = String(seed);
await import("../faults/simulator.test.ts");
