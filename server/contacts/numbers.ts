import { eq, inArray } from "drizzle-orm";
import type { z } from "zod";
import type { Transaction } from "../../db/connect.ts";
import { newId } from "../../db/id.ts";
import { contactNumbers } from "../../db/schema/contacts.ts";
import type { NumberInput } from "../protocol/contact.ts";
import { lockNumbers } from "./attach.ts";
import { type NumberPlan, parse } from "./number.ts";
import { startOfTenure } from "./tenure.ts";

type Row = typeof contactNumbers.$inferSelect;
type Input = z.infer<typeof NumberInput>;

interface Wanted {
	readonly e164: string | null;
	readonly extension: string;
	readonly raw: string;
	readonly label: string;
}

/** What became of the numbers of a contact, as people read them. */
export interface NumbersChange {
	readonly added: readonly string[];
	readonly removed: readonly string[];
	/** Telephone numbers whose history now belongs to the contact. */
	readonly gained: readonly string[];
}

/** One identity of a number: the same subscriber, or, where the text is none, the same text. */
const keyOf = (number: { e164: string | null; extension: string; raw: string }) =>
	number.e164 === null ? `raw ${number.raw}` : `${number.e164} ${number.extension}`;
const shown = (number: { e164: string | null; extension: string; raw: string }) =>
	number.e164 === null ? number.raw : number.extension === "" ? number.e164 : `${number.e164} ext. ${number.extension}`;

function wantedNumbers(inputs: readonly Input[], plan: NumberPlan): Map<string, Wanted> {
	const wanted = new Map<string, Wanted>();
	for (const { raw, label } of inputs) {
		const parsed = parse(raw, plan);
		const number = parsed.kind === "number" ? parsed : { e164: null, extension: "" };
		const one = { e164: number.e164, extension: number.extension, raw, label: label ?? "" };
		if (!wanted.has(keyOf(one))) wanted.set(keyOf(one), one);
	}
	return wanted;
}

/**
 * Makes `inputs` the present numbers of the contact. One that is left out ends at `now` and keeps its past calls; one
 * that comes begins by the rules of `tenure.ts`; one that stays keeps its time and takes the new text and label.
 */
export async function replaceNumbers(
	tx: Transaction,
	contactId: string,
	inputs: readonly Input[],
	plan: NumberPlan,
	now: Date,
): Promise<NumbersChange> {
	const wanted = wantedNumbers(inputs, plan);
	const telephones = [...wanted.values()].flatMap(({ e164 }) => e164 ?? []);
	const own = await tx.select().from(contactNumbers).where(eq(contactNumbers.contactId, contactId));
	// Those that end too: whoever gets one at the same moment must see when it ended.
	await lockNumbers(tx, [...telephones, ...own.flatMap(({ e164 }) => e164 ?? [])]);
	const others =
		telephones.length === 0
			? []
			: (await tx.select().from(contactNumbers).where(inArray(contactNumbers.e164, telephones))).filter(
					(row) => row.contactId !== contactId,
				);
	const present = own.filter((row) => row.validTo === null);
	const removed = present.filter((row) => !wanted.has(keyOf(row)));
	for (const row of removed) {
		await tx.update(contactNumbers).set({ validTo: now }).where(eq(contactNumbers.id, row.id));
	}
	const added: Wanted[] = [];
	for (const [key, number] of wanted) {
		const staying = present.find((row) => keyOf(row) === key);
		if (staying !== undefined) {
			await rewrite(tx, staying, number);
			continue;
		}
		added.push(number);
		await begin(tx, {
			contactId,
			number,
			former: own.filter((row) => keyOf(row) === key && !isEmpty(row)),
			others,
			now,
		});
	}
	return {
		added: added.map(shown),
		removed: removed.map(shown),
		gained: added.flatMap(({ e164 }) => e164 ?? []),
	};
}

/** Never his, as `give-back.ts` leaves it. */
const isEmpty = ({ validFrom, validTo }: Row) => validFrom !== null && validFrom.getTime() === validTo?.getTime();

async function begin(
	tx: Transaction,
	given: { contactId: string; number: Wanted; former: readonly Row[]; others: readonly Row[]; now: Date },
): Promise<void> {
	const { contactId, number, former, others, now } = given;
	const rivals = number.e164 === null ? [] : others.filter((row) => keyOf(row) === keyOf(number));
	const start = startOfTenure(
		rivals.map((row) => ({ from: row.validFrom, to: row.validTo })),
		now,
	);
	const last = former.toSorted((a, b) => (b.validTo?.getTime() ?? 0) - (a.validTo?.getTime() ?? 0))[0];
	// Taken away and given back with nobody between: the number was his all the time.
	if (last?.validTo && (start === null || start <= last.validTo)) {
		await tx.update(contactNumbers).set({ validTo: null }).where(eq(contactNumbers.id, last.id));
		await rewrite(tx, last, number);
		return;
	}
	await tx.insert(contactNumbers).values({ id: newId(), contactId, ...number, validFrom: start, validTo: null });
}

async function rewrite(tx: Transaction, row: Row, { raw, label }: Wanted): Promise<void> {
	if (row.raw === raw && row.label === label) return;
	await tx.update(contactNumbers).set({ raw, label }).where(eq(contactNumbers.id, row.id));
}
