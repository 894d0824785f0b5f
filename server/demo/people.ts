import { type Chance, createChance } from "./chance.ts";
import { type Tongue, tongues } from "./names.ts";

export type Language = "uk" | "ru" | "en";
export const languages = ["uk", "ru", "en"] as const;

/** A person or company of the demo, before it gets an id. */
export interface DemoPerson {
	readonly kind: "person" | "company";
	readonly language: Language;
	readonly name: string;
	/** Index of the company in the same list, or null. */
	readonly company: number | null;
	/** Which agent owns it; null = nobody yet. */
	readonly owner: number | null;
	readonly status: "new" | "in_work" | "client" | "refused" | "not_client";
	readonly source: string;
	readonly region: string;
	/** YYYY-MM-DD */
	readonly birthday: string | null;
	readonly tags: readonly string[];
	/** E.164; the last of a shared one stands with two people. */
	readonly numbers: readonly string[];
}

/** People in each language beside the companies. */
const perLanguage = 72;

/** 216 people and their companies, always the same ones. */
export function demoPeople(agents: number): DemoPerson[] {
	const chance = createChance(20_261_122);
	const people: DemoPerson[] = [];
	let serial = 0;
	for (const language of languages) {
		const tongue = tongues[language];
		const firstCompany = people.length;
		for (const name of tongue.companies) {
			people.push({ ...base(chance, language, agents), kind: "company", name, numbers: [number(tongue, serial++)] });
		}
		const companies = people.length - firstCompany;
		for (let count = 0; count < perLanguage; count += 1) {
			const company = chance.is(0.55) ? firstCompany + chance.between(0, companies - 1) : null;
			const numbers = [number(tongue, serial++)];
			if (chance.is(0.2)) numbers.push(number(tongue, serial++));
			// The office's number stands with its people too: several candidates for one caller.
			const office = company === null ? undefined : people[company]?.numbers[0];
			if (office !== undefined && chance.is(0.15)) numbers.push(office);
			people.push({
				...base(chance, language, agents),
				kind: "person",
				name: personName(chance, tongue),
				company,
				numbers,
			});
		}
	}
	return people;
}

function base(chance: Chance, language: Language, agents: number) {
	const tongue = tongues[language];
	const status = chance.one([
		"new",
		"in_work",
		"in_work",
		"client",
		"client",
		"client",
		"refused",
		"not_client",
	] as const);
	const birthday = chance.is(0.6)
		? `${chance.between(1958, 2003)}-${two(chance.between(1, 12))}-${two(chance.between(1, 28))}`
		: null;
	return {
		language,
		company: null,
		owner: status === "new" && chance.is(0.5) ? null : chance.between(0, agents - 1),
		status,
		source: chance.one(tongue.sources),
		region: chance.one(tongue.regions),
		birthday,
		tags: chance.is(0.4) ? [chance.one(tongue.tags)] : [],
	};
}

function personName(chance: Chance, tongue: Tongue): string {
	const woman = chance.is(0.5);
	const given = chance.one(woman ? tongue.women : tongue.men);
	const family = chance.one(tongue.families)[woman ? 0 : 1];
	return tongue.familyFirst ? `${family} ${given}` : `${given} ${family}`;
}

/** Always the whole length that the country wants: a block and as many digits as it leaves. */
function number(tongue: Tongue, serial: number): string {
	const block = tongue.numberBlocks[serial % tongue.numberBlocks.length] ?? tongue.numberBlocks[0];
	const length = block.startsWith("+380") ? 13 : block.startsWith("+49") ? 14 : block.startsWith("+44") ? 13 : 12;
	return block + String(100 + serial).padStart(length - block.length, "0");
}

const two = (value: number) => String(value).padStart(2, "0");
