/**
 * One of many tabs rings. Every tab that shows a ringing call bids for it on a BroadcastChannel; after
 * a short wait the best bid owns the bell: the tab in use first, then a visible one, then the smallest
 * id. No timers run between calls, so sleeping tabs cost nothing, and it works on plain http, where
 * Web Locks do not exist.
 */

export interface Channel {
	postMessage(message: unknown): void;
	addEventListener(kind: "message", listener: (event: { data: unknown }) => void): void;
	close(): void;
}

type Word =
	| { word: "bid"; key: string; tab: string; rank: number }
	| { word: "taken"; key: string; tab: string }
	| { word: "released"; key: string; tab: string };

interface Bid {
	readonly rank: number;
	best: boolean;
	state: "waiting" | "owner" | "yielded";
	readonly decide: (own: boolean) => void;
}

interface Deps {
	readonly channel: Channel;
	readonly tab: string;
	/** 0 = in use, 1 = visible, 2 = hidden. */
	readonly rank: () => number;
	readonly wait: (work: () => void, milliseconds: number) => void;
}

const window = 150;

export function createRingLeader({ channel, tab, rank, wait }: Deps) {
	const bids = new Map<string, Bid>();
	const say = (word: Word) => channel.postMessage(word);
	const better = (a: { rank: number; tab: string }, b: { rank: number; tab: string }) =>
		a.rank < b.rank || (a.rank === b.rank && a.tab < b.tab);

	channel.addEventListener("message", ({ data }) => {
		const word = data as Word;
		const bid = bids.get(word.key);
		if (!bid || word.tab === tab) return;
		switch (word.word) {
			case "bid":
				if (bid.state === "owner") say({ word: "taken", key: word.key, tab });
				else if (bid.state === "yielded") return;
				else if (better(word, { rank: bid.rank, tab })) bid.best = false;
				// The other may have asked before it could hear us: say it once more.
				else say({ word: "bid", key: word.key, tab, rank: bid.rank });
				return;
			case "taken":
				if (bid.state === "waiting") bid.best = false;
				return;
			case "released":
				// The owner went away while it rang: bid again.
				if (bid.state === "yielded") start(word.key, bid.decide);
				return;
		}
	});

	function start(key: string, decide: (own: boolean) => void): void {
		const bid: Bid = { rank: rank(), best: true, state: "waiting", decide };
		bids.set(key, bid);
		say({ word: "bid", key, tab, rank: bid.rank });
		wait(() => {
			if (bids.get(key) !== bid) return;
			bid.state = bid.best ? "owner" : "yielded";
			if (bid.best) say({ word: "taken", key, tab });
			decide(bid.best);
		}, window);
	}

	return {
		/** Asks for the bell of this call; `decide` hears whether this tab rings. */
		bid: start,
		/** The call rings no more here. */
		forget(key: string): void {
			bids.delete(key);
		},
		/** The tab closes: another one takes over what it rang. */
		leave(): void {
			const owned = [...bids].filter(([, bid]) => bid.state === "owner").map(([key]) => key);
			bids.clear();
			for (const key of owned) say({ word: "released", key, tab });
			channel.close();
		},
	};
}

export type RingLeader = ReturnType<typeof createRingLeader>;
