import { effect } from "@preact/signals";
import type { UnseenPop } from "../../../server/protocol/floor.ts";
import type { Live } from "../model/live.ts";
import type { Notices } from "./notices.ts";

interface Deps {
	readonly live: Pick<Live, "unseen">;
	readonly notices: Notices;
	/** The person wants notices, and does not look at the page. */
	readonly wanted: () => boolean;
	readonly sentence: (unseen: UnseenPop) => string;
	/** The notice was clicked: it is seen. */
	readonly onSeen: (id: string) => void;
}

/** A notice of the operating system for each colleague's phone that rings while nobody sees it. */
export function createUnseenNotices({ live, notices, wanted, sentence, onSeen }: Deps): () => void {
	const shown = new Set<string>();
	return effect(() => {
		const now = live.unseen.value;
		const ids = new Set(now.map(({ id }) => id));
		for (const id of [...shown]) {
			if (ids.has(id)) continue;
			shown.delete(id);
			notices.close(id);
		}
		for (const unseen of now) {
			if (shown.has(unseen.id) || !wanted()) continue;
			shown.add(unseen.id);
			notices.show(unseen.id, unseen.user.name, sentence(unseen), () => onSeen(unseen.id));
		}
	});
}
