import { BlockList, isIP } from "node:net";

/** Places that are never a PBX, but where a cloud keeps its secrets or a packet goes to everybody. */
const refused = new BlockList();
refused.addSubnet("169.254.0.0", 16, "ipv4");
refused.addAddress("100.100.100.200", "ipv4");
refused.addSubnet("0.0.0.0", 8, "ipv4");
refused.addSubnet("224.0.0.0", 3, "ipv4");
refused.addSubnet("fe80::", 10, "ipv6");
refused.addSubnet("ff00::", 8, "ipv6");
refused.addAddress("fd00:ec2::254", "ipv6");
refused.addAddress("::", "ipv6");
// The first of these networks again, as a translator between IPv6 and IPv4 writes it (RFC 6052).
refused.addSubnet("64:ff9b::a9fe:0", 112, "ipv6");

const refusedNames = /(^|\.)(metadata|metadata\.google\.internal|instance-data)\.?$/i;

/** A host name by RFC 1123; the underscore is seen in Docker names. */
const hostName = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?$/;

/** What is wrong with this address of a PBX, or null. Also for the address that a name turned out to mean. */
export function hostProblem(host: string): string | null {
	const bare = host.replace(/^\[(.*)\]$/, "$1");
	const family = isIP(bare);
	if (family === 0) {
		// Numbers in other writings (2852039166, 0xa9fea9fe) are addresses to the system's resolver.
		if (/^(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+))*\.?$/i.test(bare)) return "not an address or a host name";
		if (!hostName.test(bare) || refusedNames.test(bare)) return "not an address or a host name";
		return null;
	}
	return refused.check(bare, family === 6 ? "ipv6" : "ipv4") ? "no PBX can be at this address" : null;
}
