import type { lookup } from "node:dns";
import { expect, test } from "vitest";
import { dial, LinkProblem } from "./dial.ts";
import { RefusedAddress, vettedLookup } from "./vetted-lookup.ts";

/** A resolver that knows one name, and counts how often it is asked. */
const resolver = (...addresses: string[]) => {
	let asked = 0;
	const resolve = (_host: string, _options: object, done: (error: null, found: object[]) => void) => {
		asked += 1;
		done(
			null,
			addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
		);
	};
	return { resolve: resolve as unknown as typeof lookup, asked: () => asked };
};
const ask = (resolve: typeof lookup, all: boolean) =>
	new Promise((settle) =>
		vettedLookup(resolve)("pbx.example.com", { all }, (error, found, family) => settle(error ?? [found, family])),
	);

test("a name is connected to at the addresses that were looked at, asked for once", async () => {
	const { resolve, asked } = resolver("10.0.0.2", "fd00::5");
	expect(await ask(resolve, false)).toEqual(["10.0.0.2", 4]);
	expect(asked()).toBe(1);
	expect(await ask(resolve, true)).toEqual([
		[
			{ address: "10.0.0.2", family: 4 },
			{ address: "fd00::5", family: 6 },
		],
		undefined,
	]);
});

test("of a name that means several places, those where no PBX can be are left out", async () => {
	expect(await ask(resolver("169.254.169.254", "10.0.0.2").resolve, false)).toEqual(["10.0.0.2", 4]);
});

test.each(["169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe", "fe80::1", "0.0.0.0", "224.0.0.1"])(
	"a harmless name that means %s leads nowhere",
	async (address) => {
		for (const all of [false, true]) expect(await ask(resolver(address).resolve, all)).toBeInstanceOf(RefusedAddress);
	},
);

test.each(["169.254.169.254", "::ffff:169.254.169.254"])("no connection is made to %s itself", async (host) => {
	for (const enabled of [false, true]) {
		const dialled = dial({ host, port: 80, tls: { enabled } });
		await expect(dialled).rejects.toThrow(LinkProblem);
		await expect(dialled).rejects.toThrow(/no PBX can be at this address/);
	}
});
