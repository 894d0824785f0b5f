import { expect, test } from "vitest";
import type { Pbx } from "../../../server/protocol/pbx.ts";
import { fieldsOfPbx, makeSecret, pbxInputOf, pbxPatchOf, problemsOfPbx } from "./pbx-form.ts";

const secrets = { events: "e".repeat(32), control: "c".repeat(32) };
const filled = { ...fieldsOfPbx(null, secrets), name: "Office", host: "10.0.0.2" };

test("a new PBX comes with secrets that nobody has to invent", () => {
	expect(problemsOfPbx(filled, null)).toEqual({});
	expect(pbxInputOf(filled)).toMatchObject({
		port: 5038,
		tls: false,
		events: { username: "dzvin", secret: secrets.events },
		control: { username: "dzvin-control", secret: secrets.control },
	});
	expect(makeSecret(new Uint8Array(32).fill(200))).toMatch(/^[A-Za-z0-9]{32}$/);
});

const known: Pbx = {
	id: "0199aaaa-0000-7000-8000-000000000001",
	name: "Office",
	host: "10.0.0.2",
	port: 5038,
	tls: false,
	events: { username: "dzvin" },
	control: { username: "dzvin-control" },
	extensionPattern: "^\\d{3}$",
	recordings: { root: "/srv/monitor" },
	history: null,
	dial: { context: "internal", channel: "SIP/" },
	demo: false,
	state: "connected",
	problem: null,
	since: "2026-11-22T09:00:00.000Z",
	stanzas: { events: "", control: "" },
};
const edited = fieldsOfPbx(known, secrets);

test("an edit keeps the secrets that it does not name", () => {
	const body = pbxPatchOf(edited, known);
	expect(body).not.toHaveProperty("events");
	expect(body).not.toHaveProperty("control");
	expect(body).toMatchObject({ recordings: { root: "/srv/monitor" }, dial: { context: "internal", channel: "SIP/" } });
});

test("an edit takes away what was emptied", () => {
	const body = pbxPatchOf({ ...edited, withControl: false, recordingsRoot: " ", dialContext: "" }, known);
	expect(body).toMatchObject({ control: null, recordings: null, dial: { channel: "SIP/" } });
	expect(body.dial).not.toHaveProperty("context");
});

test("an account with another name wants its secret", () => {
	expect(problemsOfPbx(edited, known)).toEqual({});
	const renamed = { ...edited, username: "other", controlUsername: "another" };
	expect(problemsOfPbx(renamed, known)).toEqual({ secret: "secret-missing", controlSecret: "secret-missing" });
});

test("the PBX's journal is named, or taken away", () => {
	expect(pbxInputOf(filled)).toMatchObject({ history: null });
	const named = {
		...filled,
		historyKind: "cel-csv" as const,
		historyPath: " /var/log/asterisk/cel-custom/Master.csv ",
	};
	expect(pbxInputOf(named)).toMatchObject({
		history: { kind: "cel-csv", path: "/var/log/asterisk/cel-custom/Master.csv" },
	});
	expect(problemsOfPbx({ ...named, historyPath: " " }, null)).toEqual({ historyPath: "path-missing" });
});

test("a journal in a database wants its server, its user and, when they are others, the password", () => {
	const named = { ...filled, historyKind: "mysql" as const, historyHost: " 10.0.0.2 ", historySecret: "s" };
	expect(problemsOfPbx(named, null)).toEqual({});
	expect(pbxInputOf(named).history).toEqual({
		kind: "mysql",
		host: "10.0.0.2",
		username: "dzvin",
		secret: "s",
		tls: false,
	});
	expect(problemsOfPbx({ ...named, historyHost: "", historyPort: "0", historySecret: "" }, null)).toEqual({
		historyHost: "host-missing",
		historyPort: "port-wrong",
		historySecret: "secret-missing",
	});
	const history = { kind: "mysql" as const, host: "10.0.0.2", username: "dzvin", tls: false };
	const before = { ...known, history };
	const again = fieldsOfPbx(before, secrets);
	expect(problemsOfPbx(again, before)).toEqual({});
	expect(pbxPatchOf(again, before).history).toEqual(history);
	expect(problemsOfPbx({ ...again, historyHost: "10.0.0.3" }, before)).toEqual({ historySecret: "secret-missing" });
});

test("the authority of a journal's database is pasted whole, and wants the password again", () => {
	const history = { kind: "postgres" as const, host: "10.0.0.2", username: "dzvin", tls: true };
	const before = { ...known, history };
	const again = fieldsOfPbx(before, secrets);
	expect(pbxPatchOf(again, before).history).toMatchObject({ tls: true });
	const ca = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
	const proven = { ...again, historyCa: ` ${ca}\n` };
	expect(problemsOfPbx(proven, before)).toEqual({ historySecret: "secret-missing" });
	expect(pbxPatchOf({ ...proven, historySecret: "s" }, before).history).toMatchObject({ tls: { ca: `${ca}\n` } });
	expect(problemsOfPbx({ ...proven, historySecret: "s", historyCa: "MIIB" }, before)).toEqual({
		historyCa: "ca-wrong",
	});
	expect(pbxPatchOf({ ...proven, historyTls: false, historySecret: "s" }, before).history).toMatchObject({
		tls: false,
	});
});

test("what cannot work is said before it is sent", () => {
	const problems = problemsOfPbx({ ...filled, host: " ", port: "70000", secret: "", extensionPattern: "(" }, null);
	expect(problems).toEqual({
		host: "host-missing",
		port: "port-wrong",
		secret: "secret-missing",
		extensionPattern: "pattern-wrong",
	});
});
