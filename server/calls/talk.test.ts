import { describe, expect, it } from "vitest";
import { Stage } from "../../test/calls/stage.ts";
import { type Move, newTrack } from "./family.ts";
import { visitsOf } from "./talk.ts";

function track(...moves: [at: number, bridge: string, enters: boolean][]) {
	const made = newTrack(new Stage().channel("PJSIP/101", "up").now, 0);
	made.moves.push(...moves.map(([at, bridge, enters]): Move => ({ at, bridge, enters })));
	return made;
}

describe("a stay in a bridge", () => {
	it("lasts from entering to leaving", () => {
		expect(visitsOf(track([1, "a", true], [5, "a", false]))).toEqual([{ bridge: "a", from: 1, to: 5 }]);
	});

	it("goes on while nobody saw the channel leave", () => {
		expect(visitsOf(track([1, "a", true]))).toEqual([{ bridge: "a", from: 1, to: null }]);
	});

	it("ends when the channel enters another bridge, though its leaving was not seen", () => {
		expect(visitsOf(track([1, "a", true], [4, "b", true], [9, "b", false]))).toEqual([
			{ bridge: "a", from: 1, to: 4 },
			{ bridge: "b", from: 4, to: 9 },
		]);
	});

	it("is read right when moving over is told at one instant, in either order", () => {
		const moved = [
			{ bridge: "a", from: 1, to: 4 },
			{ bridge: "b", from: 4, to: null },
		];
		expect(visitsOf(track([1, "a", true], [4, "a", false], [4, "b", true]))).toEqual(moved);
		expect(visitsOf(track([1, "a", true], [4, "b", true], [4, "a", false]))).toEqual(moved);
	});

	it("of no length is none", () => {
		expect(visitsOf(track([4, "a", false], [4, "a", true]))).toEqual([]);
	});
});
