import type { Call } from "../../../server/protocol/call.ts";
import { now } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { clock, timeOfDay } from "../model/time.ts";
import { DialButton } from "./dial-button.tsx";
import { Icon } from "./icon.tsx";
import { NumberText, Outside } from "./text.tsx";
import { Chip, callLook, DispositionChip, SettlementChip } from "./words.tsx";

/** The client of a call: name as a link to the page, else number, else "withheld". */
export function CallClient({ call }: { call: Pick<Call, "contact" | "number" | "rawNumber"> }) {
	if (call.contact) {
		return (
			<a class="strong cut" href={`/contacts/${call.contact.id}`}>
				<Outside text={call.contact.name} />
			</a>
		);
	}
	if (call.number) {
		return (
			<a class="strong nowrap" href={`/calls?period=all&number=${encodeURIComponent(call.number)}`}>
				<NumberText number={call.number} />
			</a>
		);
	}
	return <span class="strong cut">{call.rawNumber ? <Outside text={call.rawNumber} /> : t("caller.withheld")}</span>;
}

/** People of ours who spoke, or whose phones rang. */
export function colleaguesOf(call: Call): string {
	const people = call.legs.filter((leg) => leg.answeredAt !== null);
	const names = (people.length > 0 ? people : call.legs).map((leg) => leg.user?.name ?? leg.extension);
	return [...new Set(names)].slice(0, 3).join(", ");
}

/** One call in a list. */
export function CallRow({ call, onProcess }: { call: Call; onProcess?: ((call: Call) => void) | undefined }) {
	const look = callLook(call);
	const others = colleaguesOf(call);
	return (
		<li class="call-row" data-row>
			<time class="muted nowrap" dateTime={call.startedAt}>
				{timeOfDay(call.startedAt)}
			</time>
			<span class={`sign ${look.tone}`} title={t(look.key)}>
				<Icon name={look.icon} />
				<span class="unseen">{t(look.key)}</span>
			</span>
			<span class="call-who">
				<CallClient call={call} />
				<span class="muted small cut">
					{call.contact && call.number && <NumberText number={call.number} />}
					{call.queue && (
						<>
							{call.contact && call.number && " · "}
							<Outside text={call.queue} class="" />
						</>
					)}
				</span>
			</span>
			<span class="call-length muted nowrap">
				{call.endedAt === null ? (
					<span class="chip accent">{t(look.key)}</span>
				) : call.talkSeconds > 0 ? (
					clock(call.talkSeconds)
				) : (
					<span class="small">{t(look.key)}</span>
				)}
			</span>
			<span class="call-people muted cut">{others && <Outside text={others} />}</span>
			<span class="call-result">
				{call.disposition ? (
					<DispositionChip disposition={call.disposition} />
				) : call.endedAt !== null && call.obligation?.settledAt === null ? (
					onProcess ? (
						<button type="button" class="chip warn" onClick={() => onProcess(call)}>
							<Icon name="edit" small />
							{t("call.process")}
						</button>
					) : (
						<Chip look={{ key: "call.unprocessed", icon: "clock", tone: "warn" }} />
					)
				) : call.obligation?.settlement ? (
					<SettlementChip settlement={call.obligation.settlement} />
				) : null}
			</span>
			<span class="row call-actions">
				{call.recordings.some((recording) => recording.state === "ready") && (
					<span class="muted" title={t("recording.there")}>
						<Icon name="play" small />
						<span class="unseen">{t("recording.there")}</span>
					</span>
				)}
				{call.number && call.direction !== "internal" && (
					<DialButton number={call.number} contactId={call.contact?.id} small />
				)}
			</span>
		</li>
	);
}

/** Calls under the headings of their days. */
export function CallRows(props: {
	calls: readonly Call[];
	onProcess?: (call: Call) => void;
	title: (at: string, now: number) => string;
}) {
	const days = new Map<string, Call[]>();
	for (const call of props.calls) {
		const day = props.title(call.startedAt, now.value);
		days.set(day, [...(days.get(day) ?? []), call]);
	}
	return (
		<>
			{[...days].map(([day, calls]) => (
				<section key={day}>
					<h3 class="day">{day}</h3>
					<ul class="rows">
						{calls.map((call) => (
							<CallRow key={call.id} call={call} onProcess={props.onProcess} />
						))}
					</ul>
				</section>
			))}
		</>
	);
}
