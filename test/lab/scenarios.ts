import type { Scenario } from "./scenario.ts";
import { direct } from "./scenarios/direct.ts";
import { groups } from "./scenarios/groups.ts";

/** Everything that is played: by record.ts into traces, and live against the server. */
export const scenarios: readonly Scenario[] = [...direct, ...groups];
