import { z } from "zod";
import { Id, Language, PageQuery, page, Role, Time, text } from "./basics.ts";

export const Preferences = z.strictObject({
	language: Language.optional(),
	theme: z.enum(["system", "light", "dark"]).optional(),
	sound: z.enum(["all", "mine", "none"]).optional(),
	volume: z.number().min(0).max(1).optional(),
	notices: z.boolean().optional(),
	keys: z.boolean().optional(),
});
export type Preferences = z.infer<typeof Preferences>;

export const User = z.object({
	id: Id,
	name: z.string(),
	email: z.string(),
	role: Role,
	extension: z.string().nullable(),
	active: z.boolean(),
	createdAt: Time,
});
export type User = z.infer<typeof User>;

/** The signed-in person. */
export const Me = User.extend({ preferences: Preferences });
export type Me = z.infer<typeof Me>;

const extension = z
	.string()
	.trim()
	.regex(/^[0-9A-Za-z_.*#-]{1,40}$/);
export const SignInInput = z.strictObject({ email: z.string().trim().max(320), password: z.string().min(1).max(1024) });
export const UserInput = z.strictObject({
	name: text(200).min(1),
	email: z.email().max(320),
	password: z.string().min(10).max(1024),
	role: Role,
	extension: extension.nullable().optional(),
});
export const UserPatch = z.strictObject({
	name: text(200).min(1).optional(),
	email: z.email().max(320).optional(),
	password: z.string().min(10).max(1024).optional(),
	role: Role.optional(),
	extension: extension.nullable().optional(),
	active: z.boolean().optional(),
});
/** What colleagues may know of each other. */
export const Colleague = z.object({
	id: Id,
	name: z.string(),
	extension: z.string().nullable(),
	role: Role,
	active: z.boolean(),
});
export type Colleague = z.infer<typeof Colleague>;

/** A company's people are few: one page holds them all in most of them. */
export const UserListQuery = PageQuery.extend({ limit: PageQuery.shape.limit.default(200) }).strict();
export const UserPage = page(User);
export type UserPage = z.infer<typeof UserPage>;
export const ColleaguePage = page(Colleague);
export type ColleaguePage = z.infer<typeof ColleaguePage>;
/** Answer of `POST /api/session`. */
export const SignInAnswer = z.object({ user: Me });
export type SignInAnswer = z.infer<typeof SignInAnswer>;
/** Fields left out stay as they are. */
export const MePatch = z.strictObject({ preferences: Preferences });
export const PasswordInput = z.strictObject({
	current: z.string().min(1).max(1024),
	next: z.string().min(10).max(1024),
});
export const FirstRun = z.object({ needed: z.boolean() });
