import { expect, test } from "vitest";
import { Stage } from "../../test/calls/stage.ts";
import type { PbxEvent } from "../pbx-event.ts";
import { createHeard } from "./heard.ts";

const list: PbxEvent = { kind: "snapshot", at: 0, boot: "one", channels: [] };

/** A call of the PBX, received so many milliseconds later. */
function call(stage: Stage, heard: ReturnType<typeof createHeard>, late: number): void {
	stage.wait(1).calls("PJSIP/trunk", "0442001001", "0501234567");
	const event = stage.events.at(-1);
	if (event) heard.take([event], event.at + late);
}

test("a busy server that reads a new connection late takes its clock for no other one", () => {
	const stage = new Stage();
	const heard = createHeard(stage.now);
	call(stage, heard, 5);
	heard.take([list], stage.now);
	call(stage, heard, 4_000);
	expect(heard.skew()).toBeCloseTo(5);
});

test("a PBX's clock that was set is known at once when it jumped far, and within minutes when it did not", () => {
	const stage = new Stage();
	const heard = createHeard(stage.now);
	call(stage, heard, 5);
	call(stage, heard, 3_600_000);
	expect(heard.skew()).toBeCloseTo(3_600_000);
	call(stage, heard, -3_000);
	expect(heard.skew()).toBeCloseTo(-3_000);
	for (let minutes = 0; minutes <= 21; minutes++) {
		stage.wait(60);
		call(stage, heard, 10_000);
	}
	expect(heard.skew()).toBeCloseTo(10_000);
});
