import type { Scenario } from "./scenario.ts";
import { amongColleagues } from "./scenarios/among-colleagues.ts";
import { callers } from "./scenarios/callers.ts";
import { direct } from "./scenarios/direct.ts";
import { groups } from "./scenarios/groups.ts";
import { machines } from "./scenarios/machines.ts";
import { outgoing } from "./scenarios/outgoing.ts";
import { transfers } from "./scenarios/transfers.ts";
import { underWay } from "./scenarios/under-way.ts";

/** Everything that is played: by record.ts into traces, and live against the server. */
export const scenarios: readonly Scenario[] = [
	...direct,
	...groups,
	...machines,
	...transfers,
	...amongColleagues,
	...outgoing,
	...callers,
	...underWay,
];
