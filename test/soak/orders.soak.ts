import { asked } from "./asked.ts";

// The same test as in every run, with the full count of orders.
process.env.DZVIN_ORDERS = String(asked({ count: 10_000 }).count);
await import("../calls/property.test.ts");
