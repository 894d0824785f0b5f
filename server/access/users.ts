import { and, asc, eq, gt } from "drizzle-orm";
import type { z } from "zod";
import type { Db, Transaction } from "../../db/connect.ts";
import { constraintOf } from "../../db/constraint.ts";
import { newId } from "../../db/id.ts";
import { accounts, sessions, users } from "../../db/schema/access.ts";
import { DzvinError } from "../errors.ts";
import type { EventBus } from "../events.ts";
import { say } from "../protocol/sentences.ts";
import type { Colleague, Me, User, UserInput, UserPatch } from "../protocol/user.ts";
import { Preferences } from "../protocol/user.ts";
import { writeAudit } from "./audit.ts";
import { generatePassword, hashPassword } from "./password.ts";

type UserRow = typeof users.$inferSelect;

/** Who asks for a change, for the audit. */
export interface Actor {
	readonly id: string | null;
	readonly ipAddress: string | null;
}

const toUser = (row: UserRow): User => ({
	id: row.id,
	name: row.name,
	email: row.email,
	role: row.role,
	extension: row.extension,
	active: row.active,
	createdAt: row.createdAt.toISOString(),
});

/** People who sign in: an admin makes, changes and stops them; nobody is ever deleted, for history names them. */
export function createUsers({ db, bus }: { db: Db; bus: EventBus }) {
	return {
		/** One page in the order of making. `next` is the cursor of the following page. */
		async list(after: string | undefined, limit: number): Promise<{ items: User[]; next: string | null }> {
			const rows = await db
				.select()
				.from(users)
				.where(after === undefined ? undefined : gt(users.id, after))
				.orderBy(asc(users.id))
				.limit(limit + 1);
			const items = rows.slice(0, limit).map(toUser);
			return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
		},

		/** Everybody, the inactive too: past calls name them. By name. */
		async colleagues(): Promise<Colleague[]> {
			const { id, name, extension, role, active } = users;
			return await db.select({ id, name, extension, role, active }).from(users).orderBy(asc(users.name), asc(users.id));
		},

		/** Whether anybody may sign in at all. */
		async someone(): Promise<boolean> {
			const rows = await db.select({ id: users.id }).from(users).where(eq(users.active, true)).limit(1);
			return rows.length > 0;
		},

		async me(userId: string): Promise<Me> {
			const [row] = await db.select().from(users).where(eq(users.id, userId));
			if (row === undefined) throw new DzvinError("not-found", say("refused.no-such-user"));
			return { ...toUser(row), preferences: Preferences.safeParse(row.preferences).data ?? {} };
		},

		/** Fields that `preferences` does not name stay. */
		async prefer(userId: string, preferences: Preferences): Promise<void> {
			await db.transaction(async (tx) => {
				const [row] = await tx.select().from(users).where(eq(users.id, userId)).for("update");
				const known = Preferences.safeParse(row?.preferences).data ?? {};
				await tx
					.update(users)
					.set({ preferences: { ...known, ...preferences }, updatedAt: new Date() })
					.where(eq(users.id, userId));
			});
		},

		async create(input: z.infer<typeof UserInput>, actor: Actor): Promise<User> {
			const hash = await hashPassword(input.password);
			const row = await explained(() => db.transaction((tx) => insertUser(tx, input, hash, actor)));
			bus.emit("user.changed", { userId: row.id });
			return toUser(row);
		},

		/** A new password or the end of a person's work ends their sessions and sockets. */
		async change(userId: string, patch: z.infer<typeof UserPatch>, actor: Actor): Promise<User> {
			const hash = patch.password === undefined ? null : await hashPassword(patch.password);
			const { row, ended } = await explained(() => db.transaction((tx) => changeUser(tx, userId, patch, hash, actor)));
			if (ended) bus.emit("session.ended", { userId, sessionId: null });
			bus.emit("user.changed", { userId });
			return toUser(row);
		},

		/**
		 * Makes the first admin where there is no user at all. Answers the one-time password when none
		 * was given and one was made; null otherwise. Two servers that start at once make one.
		 */
		async ensureFirstAdmin(wish: {
			email: string;
			password: string | null;
		}): Promise<{ email: string; password: string } | null> {
			const { email } = wish;
			const password = wish.password ?? generatePassword();
			const hash = await hashPassword(password);
			const made = await db.transaction(async (tx) => {
				await tx.execute("lock table users in share row exclusive mode");
				const [someone] = await tx.select({ id: users.id }).from(users).where(eq(users.demo, false)).limit(1);
				if (someone !== undefined) return false;
				const input = { name: "Admin", email, password, role: "admin" as const };
				await insertUser(tx, input, hash, { id: null, ipAddress: null });
				return true;
			});
			return made && wish.password === null ? { email, password } : null;
		},
	};
}
export type Users = ReturnType<typeof createUsers>;

async function insertUser(
	tx: Transaction,
	input: z.infer<typeof UserInput>,
	hash: string,
	actor: Actor,
): Promise<UserRow> {
	const id = newId();
	const [row] = await tx
		.insert(users)
		.values({
			id,
			name: input.name,
			email: input.email.toLowerCase(),
			emailVerified: true,
			role: input.role,
			extension: input.extension ?? null,
		})
		.returning();
	if (row === undefined) throw new Error("An insert with returning gave no row");
	await tx
		.insert(accounts)
		.values({ id: newId(), userId: id, accountId: id, providerId: "credential", password: hash });
	const detail = { name: row.name, email: row.email, role: row.role, extension: row.extension };
	await writeAudit(tx, { userId: actor.id, action: "user.create", subject: id, detail, ipAddress: actor.ipAddress });
	return row;
}

async function changeUser(
	tx: Transaction,
	id: string,
	patch: z.infer<typeof UserPatch>,
	hash: string | null,
	actor: Actor,
) {
	// All active admins are locked in one order, so that two admins cannot demote each other at the same moment.
	const admins = await tx
		.select({ id: users.id })
		.from(users)
		.where(and(eq(users.role, "admin"), eq(users.active, true)))
		.orderBy(asc(users.id))
		.for("update");
	const [before] = await tx.select().from(users).where(eq(users.id, id)).for("update");
	if (before === undefined) throw new DzvinError("not-found", say("refused.no-such-user"));
	const { password: _secret, ...fields } = patch;
	const set = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
	if (fields.email !== undefined) set.email = fields.email.toLowerCase();
	const [row] = await tx
		.update(users)
		.set({ ...set, updatedAt: new Date() })
		.where(eq(users.id, id))
		.returning();
	if (row === undefined) throw new Error("An update of a locked row gave no row");
	const staysAdmin = row.active && row.role === "admin";
	if (admins.some((admin) => admin.id === id) && !staysAdmin && admins.length === 1) {
		const field = row.active ? "role" : "active";
		throw new DzvinError("conflict", say("refused.last-admin"), { [field]: "last-admin" });
	}
	if (hash !== null)
		await tx
			.update(accounts)
			.set({ password: hash, updatedAt: new Date() })
			.where(and(eq(accounts.userId, id), eq(accounts.providerId, "credential")));
	const ended = hash !== null || !row.active;
	if (ended) await tx.delete(sessions).where(eq(sessions.userId, id));
	const detail = { ...set, ...(hash === null ? {} : { password: "changed" }) };
	await writeAudit(tx, { userId: actor.id, action: "user.change", subject: id, detail, ipAddress: actor.ipAddress });
	return { row, ended };
}

/** Answers of unique indexes in words of the form. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const constraint = constraintOf(error);
		if (constraint === "users_email_unique")
			throw new DzvinError("conflict", say("refused.email-taken"), { email: "taken" });
		if (constraint === "users_extension")
			throw new DzvinError("conflict", say("refused.extension-taken"), { extension: "taken" });
		throw error;
	}
}
