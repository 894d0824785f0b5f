/** Messages that one browser may send at once, and each second after that. A busy tab sends two a second. */
const burst = 200;
const perSecond = 50;

/**
 * How much one connection may say: each message costs an answer or a read of the database, so a page gone mad, or a
 * hostile one, would otherwise cost everybody. Answers whether one more message is within it.
 */
export function createMessageBudget(now: () => number): () => boolean {
	let left = burst;
	let at = now();
	return () => {
		const moment = now();
		left = Math.min(burst, left + ((moment - at) / 1000) * perSecond) - 1;
		at = moment;
		return left >= 0;
	};
}
