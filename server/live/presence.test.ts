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

const away = (why: "break" | "wrap-up", since: number) => ({ userId: "olena", why, reason: null, since });

test("a break counts from its choice, stays without a browser, and gives way to the phone", () => {
	const { presence, told } = watched();
	presence.arrived("olena");
	presence.away([away("break", 1000)]);
	expect(presence.of("olena")).toEqual({ state: "break", since: 1000 });
	presence.left("olena", true);
	presence.call("one", new Map([["olena", "talking"]]));
	expect(presence.of("olena").state).toBe("in-call");
	presence.call("one", new Map());
	expect(presence.of("olena")).toEqual({ state: "break", since: 1000 });
	presence.away([]);
	expect(told).toEqual(["available", "break", "in-call", "break", "offline"].map((state) => `olena ${state}`));
});

test("a break comes over a wrap-up, whichever began first; a wrap-up without a browser is offline", () => {
	const { presence } = watched();
	presence.arrived("olena");
	presence.away([away("wrap-up", 1000)]);
	expect(presence.of("olena")).toEqual({ state: "wrap-up", since: 1000 });
	presence.away([away("wrap-up", 1000), away("break", 2000)]);
	expect(presence.of("olena")).toEqual({ state: "break", since: 2000 });
	presence.away([away("wrap-up", 3000), away("wrap-up", 1000)]);
	expect(presence.of("olena")).toEqual({ state: "wrap-up", since: 1000 });
	presence.left("olena", true);
	expect(presence.of("olena").state).toBe("offline");
});

test("a break that is chosen in mid-call is told at once", () => {
	const { presence, told } = watched();
	presence.call("one", new Map([["olena", "talking"]]));
	presence.away([away("break", 1000)]);
	expect(told).toEqual(["olena in-call", "olena in-call"]);
	expect(presence.breakOf("olena")?.since).toBe(1000);
	presence.away([away("break", 1000)]);
	expect(told).toHaveLength(2);
	presence.away([]);
	expect(told).toHaveLength(3);
});
