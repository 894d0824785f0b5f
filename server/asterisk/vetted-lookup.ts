import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { hostProblem } from "../pbx-host.ts";

/** The name means only addresses at which no PBX can be. */
export class RefusedAddress extends Error {
	readonly code = "EREFUSEDADDRESS";
}

/**
 * A look-up for `connect` that hands out no address at which a PBX cannot be, such as the one where a cloud keeps its
 * secrets. The connection is made to the very addresses that were looked at: asked twice, a name may mean something
 * else the second time (DNS rebinding).
 */
export const vettedLookup =
	(resolve: typeof systemLookup = systemLookup): LookupFunction =>
	(host, options, done) => {
		resolve(host, { ...options, all: true }, (error, found) => {
			if (error) return done(error, []);
			const [first, ...others] = found.filter(({ address }) => hostProblem(address) === null);
			if (first === undefined)
				return done(new RefusedAddress(`${host} means ${found.map(({ address }) => address).join(", ")}`), []);
			if (options.all) done(null, [first, ...others]);
			else done(null, first.address, first.family);
		});
	};
