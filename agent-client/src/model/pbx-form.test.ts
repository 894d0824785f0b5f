import { expect, test } from "vitest";
import { fieldsOfPbx, makeSecret, pbxInputOf, pbxPatchOf, problemsOfPbx } from "./pbx-form.ts";

const secrets = { events: "e".repeat(32), control: "c".repeat(32) };
const filled = { ...fieldsOfPbx(null, secrets), name: "Office", host: "10.0.0.2" };

test("a new PBX comes with secrets that nobody has to invent", () => {
	expect(problemsOfPbx(filled, true)).toEqual({});
	expect(pbxInputOf(filled)).toMatchObject({
		port: 5038,
		tls: false,
		events: { username: "dzvin", secret: secrets.events },
		control: { username: "dzvin-control", secret: secrets.control },
	});
	expect(makeSecret(new Uint8Array(32).fill(200))).toMatch(/^[A-Za-z0-9]{32}$/);
});

test("an edit keeps the secrets that it does not name", () => {
	const body = pbxPatchOf({ ...filled, secret: "", controlSecret: "" });
	expect(body).not.toHaveProperty("events");
	expect(body).not.toHaveProperty("control");
});

test("what cannot work is said before it is sent", () => {
	const problems = problemsOfPbx({ ...filled, host: " ", port: "70000", secret: "", extensionPattern: "(" }, true);
	expect(problems).toEqual({
		host: "host-missing",
		port: "port-wrong",
		secret: "secret-missing",
		extensionPattern: "pattern-wrong",
	});
});
