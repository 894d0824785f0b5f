/**
 * One spelling for names that people write in many: `Іваненко`, `Иваненко`, `Ivanenko` and `ИВАНЕНКО` fold to the same
 * text. Folding loses differences on purpose (г = х = h, и = і = ы = й); ranking and the eye do the rest. Pure.
 */
export function fold(text: string): string {
	return text
		.toLowerCase()
		.normalize("NFKD")
		.replace(/[\p{M}\p{Cf}]/gu, "")
		.replace(/['’ʼ‘`´"ьъ]/g, "")
		.replace(/[а-яєіґўәғқңөұүһßłđøæœı]/g, (letter) => latin[letter] ?? letter)
		.replace(/[^\p{L}\p{N}]+/gu, " ")
		.trim()
		.split(" ")
		.map(level)
		.join(" ");
}

/** Letters with a mark (й, ї, ё) have lost it by then. */
const latin: Readonly<Record<string, string>> = {
	...{
		а: "a",
		б: "b",
		в: "v",
		г: "g",
		ґ: "g",
		д: "d",
		е: "e",
		є: "e",
		э: "e",
		ж: "zh",
		з: "z",
		и: "i",
		і: "i",
		ы: "i",
	},
	...{
		к: "k",
		л: "l",
		м: "m",
		н: "n",
		о: "o",
		п: "p",
		р: "r",
		с: "s",
		т: "t",
		у: "u",
		ў: "u",
		ф: "f",
		х: "kh",
		ц: "ts",
	},
	...{ ч: "ch", ш: "sh", щ: "sh", ю: "iu", я: "ia", ә: "a", ғ: "g", қ: "k", ң: "n", ө: "o", ұ: "u", ү: "u", һ: "kh" },
	...{ ß: "ss", ł: "l", đ: "d", ø: "o", æ: "ae", œ: "oe", ı: "i" },
};

/** Spellings of one sound in Latin letters, in the order in which they are levelled. */
const levels: readonly (readonly [RegExp, string])[] = [
	[/shch|szcz|sch|sz/g, "sh"],
	[/cz|tch/g, "ch"],
	[/[jy]/g, "i"],
	[/^ie/, "e"],
	[/w/g, "v"],
	[/ph/g, "f"],
	[/th/g, "t"],
	[/x/g, "ks"],
	[/ck|q/g, "k"],
	[/c(?=[ei])|tz/g, "ts"],
	[/c(?!h)/g, "k"],
	[/[kg]h/g, "g"],
	[/(?<![csz])h/g, "g"],
	[/([a-z])\1+/g, "$1"],
];

function level(word: string): string {
	return levels.reduce((text, [spelling, one]) => text.replace(spelling, one), word);
}

// Keys from ` to / in reading order, on the three layouts.
const keys = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.\\";
const russian = "ёйцукенгшщзхъфывапролджэячсмитьбю\\";
const ukrainian = "'йцукенгшщзхїфівапролджєячсмитьбюґ";

/** The folded forms under which a query may mean a name: as typed, and as it would read had the keyboard been in the other layout. */
export function foldedQueries(query: string): string[] {
	const typed = query.toLowerCase();
	const meant = /\p{Script=Cyrillic}/u.test(typed)
		? [retype(typed, ukrainian, keys), retype(typed, russian, keys)]
		: [retype(typed, keys, ukrainian), retype(typed, keys, russian)];
	return [...new Set([typed, ...meant].map(fold))].filter((folded) => folded !== "");
}

function retype(text: string, from: string, to: string): string {
	return Array.from(text, (letter) => {
		const place = from.indexOf(letter);
		return place < 0 ? letter : (to[place] ?? letter);
	}).join("");
}
