import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { CallBackTabs as Figures } from "../../../server/protocol/obligation.ts";
import { api, live } from "../client.ts";
import { ApiError } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { addressOfCallBack, type CallBackFilter, callBackScopes, queryOfTabs } from "../model/call-back-filter.ts";

/** The tabs of the call-back list, each with how many rows it has under the filter. */
export function CallBackTabs({ filter, step }: { filter: CallBackFilter; step: "team" | "supervisor" }) {
	const figures = useSignal<Figures | null>(null);
	const question = JSON.stringify(queryOfTabs(filter));
	const { value: revision } = live.revision;
	useEffect(() => {
		const asked = new AbortController();
		const ask = () =>
			void api.callBackTabs(queryOfTabs(filter), asked.signal).then(
				(answer) => {
					figures.value = answer;
				},
				(error: unknown) => {
					if (asked.signal.aborted) return;
					// Tabs work without figures; wrong ones would be worse than none.
					figures.value = null;
					if (!(error instanceof ApiError)) throw error;
				},
			);
		// The rows are read anew after the same time.
		const timer = setTimeout(ask, figures.peek() === null ? 0 : live.refreshAfter());
		return () => {
			clearTimeout(timer);
			asked.abort();
		};
	}, [question, revision]);
	return (
		<div class="segments">
			{callBackScopes.map((scope) => {
				const count = figures.value?.[scope] ?? 0;
				return (
					<a
						key={scope}
						href={addressOfCallBack({ ...filter, scope })}
						aria-current={filter.scope === scope ? "page" : undefined}
						data-scope={scope}
					>
						{scope === "escalated" ? t(`escalated.scope-${step}`) : t(`scope.${scope}`)}
						{count > 0 && <span class={scope === "closed" ? "count" : "count hot"}>{count >= 99 ? "99+" : count}</span>}
					</a>
				);
			})}
		</div>
	);
}
