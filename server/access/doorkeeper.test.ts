import { expect, test } from "vitest";
import { createDoorkeeper } from "./doorkeeper.ts";

const olena = "olena@example.com";
const office = "203.0.113.7";
const stranger = "198.51.100.7";
/** Address `n` of a stranger with many networks. */
const anywhere = (n: number) => `10.${Math.floor(n / 250)}.${n % 250}.1`;

test("a stranger who guesses at an account shuts it for himself, not for its owner elsewhere", () => {
	const door = createDoorkeeper(() => 0);
	for (let i = 0; i < 20; i += 1) door.begin(olena, stranger);
	expect(door.wait(olena, stranger)).toBe(300_000);
	expect(door.wait(olena, office)).toBe(0);
});

test("guesses from many networks are slowed together, at most for a minute", () => {
	const door = createDoorkeeper(() => 0);
	for (let i = 0; i < 49; i += 1) door.begin(olena, anywhere(i));
	expect(door.wait(olena, anywhere(49))).toBe(0);
	for (let i = 49; i < 200; i += 1) door.begin(olena, anywhere(i));
	expect(door.wait(olena, anywhere(200))).toBe(60_000);
	expect(door.wait("petro@example.com", anywhere(200))).toBe(0);
});

test("where the owner came in from before, guesses from elsewhere do not hold him up", () => {
	const door = createDoorkeeper(() => 0);
	door.begin(olena, office);
	door.forgive(olena, office);
	for (let i = 0; i < 200; i += 1) door.begin(olena, anywhere(i));
	expect(door.wait(olena, office)).toBe(0);
	for (let i = 0; i < 6; i += 1) door.begin(olena, office);
	expect(door.wait(olena, office)).toBe(2_000);
});

test("one's own success does not wash a guesser at another's account clean", () => {
	const door = createDoorkeeper(() => 0);
	for (let i = 0; i < 60; i += 1) {
		door.begin(olena, stranger);
		door.begin("mallory@example.com", stranger);
		door.forgive("mallory@example.com", stranger);
	}
	expect(door.wait(olena, stranger)).toBe(300_000);
	expect(door.wait("mallory@example.com", stranger)).toBeGreaterThan(0);
});

test("a password that could not be checked, because the database was away, was no try", async () => {
	const door = createDoorkeeper(() => 0);
	const away = () => Promise.reject(new Error("the database is away"));
	for (let i = 0; i < 60; i += 1) await expect(door.within(olena, office, away)).rejects.toThrow("away");
	expect(door.wait(olena, office)).toBe(0);
	for (let i = 0; i < 6; i += 1) await door.within(olena, office, async () => null);
	expect(door.wait(olena, office)).toBe(2_000);
});
