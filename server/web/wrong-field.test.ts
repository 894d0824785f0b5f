import Fastify from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { expect, test } from "vitest";
import { z } from "zod";
import { ErrorBody, Time } from "../protocol/basics.ts";
import { answerErrors } from "./errors.ts";

const Body = z.strictObject({
	name: z.string().min(1).max(5),
	password: z.string().min(10),
	port: z.number().min(1).max(100),
	kind: z.enum(["a", "b"]),
	email: z.email(),
	at: Time,
	list: z.array(z.string()).min(1).max(2),
	flag: z.boolean(),
});
const right = {
	...{ name: "abc", password: "0123456789", port: 5, kind: "a", email: "a@b.example", at: "2026-11-25T10:00:00Z" },
	...{ list: ["x"], flag: true },
};

async function wrongOf(patch: object) {
	const app = Fastify().withTypeProvider<ZodTypeProvider>();
	app.setValidatorCompiler(validatorCompiler);
	app.setSerializerCompiler(serializerCompiler);
	answerErrors(app);
	app.post("/", { schema: { body: Body } }, async () => ({}));
	const answer = await app.inject({ method: "POST", url: "/", payload: { ...right, ...patch } });
	await app.close();
	if (answer.statusCode === 200) return null;
	const { error } = ErrorBody.parse(answer.json());
	return { fields: error.fields, wrong: error.wrong };
}

test.each([
	["a name that is empty", { name: "" }, "name", "must not be blank", "wrong.blank", {}],
	["a name that is too long", { name: "abcdef" }, "name", "at most 5 characters", "wrong.long", { most: "5" }],
	["a short password", { password: "x" }, "password", "at least 10 characters", "wrong.short", { least: "10" }],
	["a port that is too large", { port: 101 }, "port", "at most 100", "wrong.large", { most: "100" }],
	["a port that is too small", { port: 0 }, "port", "at least 1", "wrong.small", { least: "1" }],
	["a port that is text", { port: "5" }, "port", "is of another kind", "wrong.kind", {}],
	["a flag that is left out", { flag: undefined }, "flag", "is missing", "wrong.missing", {}],
	["a kind that there is not", { kind: "c" }, "kind", "not one of the choices", "wrong.choice", {}],
	["an address that is none", { email: "a" }, "email", "not of the right form", "wrong.form", {}],
	["a year that there was not", { at: "0000-01-01T00:00:00Z" }, "at", "there is no year 0", "wrong.year", {}],
	["too many entries", { list: ["a", "b", "c"] }, "list", "too many: at most 2", "wrong.many", { most: "2" }],
	["too few entries", { list: [] }, "list", "too few: at least 1", "wrong.few", { least: "1" }],
	["a field that nobody knows", { more: 1 }, "more", "unknown field", "wrong.unknown", {}],
])("%s is said in words that every language has", async (_, patch, field, english, code, values) => {
	expect(await wrongOf(patch)).toEqual({ fields: { [field]: english }, wrong: { [field]: { code, values } } });
});

test("what is right is not refused", async () => {
	expect(await wrongOf({})).toBeNull();
});
