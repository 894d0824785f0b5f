import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPresence } from "./presence.ts";

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

function watched() {
	const told: string[] = [];
	const presence = createPresence({
		now: Date.now,
		offlineAfter: 60_000,
		onChange: (userId) => told.push(`${userId} ${presence.of(userId).state}`),
	});
	return { presence, told };
}

test("a person is available once a browser is open, and offline a minute after the last one is gone", () => {
	const { presence, told } = watched();
	presence.arrived("olena");
	presence.left("olena", false);
	vi.advanceTimersByTime(59_999);
	expect(presence.of("olena").state).toBe("available");
	vi.advanceTimersByTime(1);
	expect(told).toEqual(["olena available", "olena offline"]);
});

test("a reload within the minute is not noticed, signing out is at once", () => {
	const { presence, told } = watched();
	presence.arrived("olena");
	presence.left("olena", false);
	vi.advanceTimersByTime(5_000);
	presence.arrived("olena");
	vi.advanceTimersByTime(120_000);
	expect(told).toEqual(["olena available"]);
	presence.left("olena", true);
	expect(presence.of("olena").state).toBe("offline");
});

test("the phone says more than the browser: who talks is in a call, with or without one", () => {
	const { presence } = watched();
	presence.call("one", new Map([["olena", "ringing"]]));
	expect(presence.of("olena").state).toBe("ringing");
	presence.call("one", new Map([["olena", "talking"]]));
	expect(presence.of("olena").state).toBe("in-call");
	presence.call("one", new Map());
	expect(presence.of("olena").state).toBe("offline");
});

test("two calls at once end one by one", () => {
	const { presence } = watched();
	presence.arrived("olena");
	presence.call("one", new Map([["olena", "talking"]]));
	presence.call("two", new Map([["olena", "ringing"]]));
	expect(presence.of("olena").state).toBe("in-call");
	presence.call("one", new Map());
	expect(presence.of("olena").state).toBe("ringing");
	presence.call("two", new Map([["petro", "talking"]]));
	expect(presence.of("olena").state).toBe("available");
	expect(presence.of("petro").state).toBe("in-call");
});
