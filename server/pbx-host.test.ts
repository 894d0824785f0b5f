import { expect, test } from "vitest";
import { hostProblem } from "./pbx-host.ts";

test.each([
	"10.0.0.2",
	"127.0.0.1",
	"192.168.1.10",
	"localhost",
	"pbx",
	"pbx.example.com",
	"dzvin_pbx_1",
	"::1",
	"fd00::5",
])("a PBX may be at %s", (host) => expect(hostProblem(host)).toBeNull());

test.each([
	"169.254.169.254",
	"::ffff:169.254.169.254",
	"100.100.100.200",
	"fe80::1",
	"0.0.0.0",
	"255.255.255.255",
	"2852039166",
	"0xa9fea9fe",
	"0251.0376.0251.0376",
	"metadata.google.internal",
	"http://10.0.0.2",
	"10.0.0.2:5038",
	"a b",
	"-x",
	"",
])("a PBX cannot be at %s", (host) => expect(hostProblem(host)).not.toBeNull());
