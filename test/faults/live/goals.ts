/** What is asked of a figure: at most so much, or at least. */
type Asked = { readonly most: number } | { readonly least: number };

const missed: string[] = [];

/**
 * Prints a figure beside what is asked of it. Only the soak judges (`goalsMissed`): a machine that does something else
 * meanwhile is no reason for a red test, and a miss must not keep the oracle from being asked.
 */
function print(name: string, value: number, asked: Asked, unit: string): void {
	const isMet = "most" in asked ? value <= asked.most : value >= asked.least;
	const bound = "most" in asked ? `at most ${told(asked.most)}` : `at least ${told(asked.least)}`;
	const line = `${name}: ${told(value)} ${unit} (goal: ${bound} ${unit})`;
	console.log(`${line}${isMet ? "" : ", MISSED"}`);
	if (!isMet) missed.push(line);
}

/** The figure is to be this or less. NaN, a figure of nothing, is a miss. */
export const goal = (name: string, value: number, most: number, unit: string) => print(name, value, { most }, unit);

/** The figure is to be this or more. NaN, a figure of nothing, is a miss. */
export const goalAtLeast = (name: string, value: number, least: number, unit: string) =>
	print(name, value, { least }, unit);

/** Goals missed since this was asked last, in words. */
export const goalsMissed = () => missed.splice(0);

const told = (value: number) => String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
