import { useLocation } from "preact-iso";
import { api, colleagues, now } from "../client.ts";
import { t } from "../i18n/translate.ts";
import {
	addressOfFilter,
	type CallFilter,
	directions,
	filterOf,
	outcomes,
	periods,
	queryOfFilter,
} from "../model/call-filter.ts";
import { harmless } from "../model/text.ts";
import { CallRows } from "../parts/call-row.tsx";
import { SelectField } from "../parts/field.tsx";
import { LateField } from "../parts/late-field.tsx";
import { ListState, Nothing } from "../parts/states.tsx";
import { useList } from "../parts/use-list.ts";
import { WayFilters } from "../parts/way-filters.tsx";
import { dayTitle } from "../parts/words.tsx";

/** All calls that this person may see; the filter is the address, so it can be sent to a colleague. */
export default function Calls() {
	const { query, route } = useLocation();
	const filter = filterOf(query);
	const address = addressOfFilter(filter);
	const list = useList(address, (after, signal) =>
		api.calls({ ...queryOfFilter(filter, now.peek()), after, limit: 50 }, signal),
	);
	const change = (patch: Partial<CallFilter>) => route(addressOfFilter({ ...filter, ...patch }), true);

	return (
		<div class="stack">
			<h1>{t("nav.calls")}</h1>
			<form class="filters" aria-label={t("filter.label")} onSubmit={(event) => event.preventDefault()}>
				<SelectField
					label={t("filter.period")}
					value={filter.period}
					options={periods.map((period) => [period, t(`period.${period}`)] as const)}
					onValue={(period) => change({ period })}
				/>
				<SelectField
					label={t("filter.direction")}
					value={filter.direction}
					options={directions.map((one) => [one, t(one === "" ? "filter.any" : `direction.${one}`)] as const)}
					onValue={(direction) => change({ direction })}
				/>
				<SelectField
					label={t("filter.outcome")}
					value={filter.outcome}
					options={outcomes.map((one) => [one, t(one === "" ? "filter.any" : `outcome.${one}`)] as const)}
					onValue={(outcome) => change({ outcome })}
				/>
				<SelectField
					label={t("filter.agent")}
					value={filter.agent}
					options={[
						["", t("filter.any")] as const,
						...colleagues.value.map((person) => [person.id, harmless(person.name)] as const),
					]}
					onValue={(agent) => change({ agent })}
				/>
				<WayFilters did={filter.did} queue={filter.queue} onChange={change} />
				<LateField
					label={t("filter.number")}
					value={filter.number}
					maxLength={40}
					placeholder={t("filter.number-hint")}
					onValue={(number) => change({ number })}
				/>
				<label class="check">
					<input
						type="checkbox"
						checked={filter.unprocessed}
						onChange={(event) => change({ unprocessed: event.currentTarget.checked })}
					/>
					{t("filter.unprocessed")}
				</label>
				{address !== "/calls" && (
					<button type="button" class="button quiet small" onClick={() => route("/calls", true)}>
						{t("filter.clear")}
					</button>
				)}
			</form>
			<section class="panel" aria-label={t("nav.calls")}>
				<div class="body flush">
					<ListState
						list={list}
						empty={
							<Nothing icon="phone" title={t("calls.none")} text={t("calls.none-text")}>
								{address !== "/calls" && (
									<button type="button" class="button" onClick={() => route("/calls", true)}>
										{t("filter.clear")}
									</button>
								)}
							</Nothing>
						}
					>
						{(calls) => (
							<CallRows calls={calls} title={dayTitle} onProcess={(call) => route(`/process?call=${call.id}`)} />
						)}
					</ListState>
				</div>
			</section>
		</div>
	);
}
