import { useComputed, useSignal } from "@preact/signals";
import { live } from "../client.ts";
import { Card } from "./card.tsx";
import { incomingSentence } from "./incoming-sentence.ts";

/** All cards, the ringing ones nearest to the corner; beside them the region that reads them out. */
export function CardStack() {
	const small = useSignal<ReadonlySet<string>>(new Set());
	const sentence = useComputed(() => live.ringing.value.map(incomingSentence).join(". "));
	const cards = live.cards.value;
	return (
		<>
			<p class="unseen" role="status" aria-live="assertive" data-announce>
				{sentence}
			</p>
			{cards.length > 0 && (
				<div class="cards">
					{cards.map((card) => {
						const { id } = card.pop.call;
						return (
							<Card
								key={id}
								card={card}
								small={small.value.has(id)}
								onSmall={(wanted) => {
									const next = new Set(small.peek());
									if (wanted) next.add(id);
									else next.delete(id);
									small.value = next;
								}}
							/>
						);
					})}
				</div>
			)}
		</>
	);
}
