import { writtenNumber } from "../model/number.ts";
import { cut, harmless, harmlessLines } from "../model/text.ts";

/** Longer than any real name; what is longer is cut here and whole (up to a bound) in the title. */
const longest = 160;

/** Text that came from outside, on one line: isolated in its direction, cut with the whole in the title. */
export function Outside({ text, class: name = "cut" }: { text: string; class?: string }) {
	const whole = harmless(text);
	const shown = cut(whole, longest);
	return (
		<bdi class={name} title={whole.length > 24 ? cut(whole, 600) : undefined}>
			{shown}
		</bdi>
	);
}

/** Text of several lines from outside. */
export function Lines({ text }: { text: string }) {
	return <bdi class="lines">{cut(harmlessLines(text), 4000)}</bdi>;
}

/** A telephone number, always from left to right. */
export function NumberText({ number }: { number: string }) {
	return (
		<bdi dir="ltr" class="nowrap">
			{cut(harmless(writtenNumber(number)), 40)}
		</bdi>
	);
}
