import type { Call } from "../../../server/protocol/call.ts";
import type { AgentState } from "../../../server/protocol/live.ts";
import { now } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { onCall, type QueueView } from "../model/floor.ts";
import { clock, secondsSince } from "../model/time.ts";
import { CallClient } from "./call-row.tsx";
import { Icon } from "./icon.tsx";
import { Nothing } from "./states.tsx";
import { Outside } from "./text.tsx";
import { AgentWords, agentTones, callLook } from "./words.tsx";

const Since = ({ at }: { at: string }) => <span class="floor-time">{clock(secondsSince(at, now.value))}</span>;

/** Who calls, whom, since when. */
export function FloorCalls({ calls }: { calls: readonly Call[] }) {
	return (
		<section class="panel" aria-label={t("floor.calls")}>
			<header>
				<h2>{t("floor.calls")}</h2>
				<span class="count">{calls.length}</span>
			</header>
			<div class="body flush">
				{calls.length === 0 ? (
					<Nothing icon="phone" title={t("floor.calls-none")} text={t("floor.calls-none-text")} />
				) : (
					<ul class="rows">
						{calls.map((call) => {
							const look = callLook(call);
							return (
								<li key={call.id} class="floor-row" data-row data-call={call.id}>
									<span class={`sign ${look.tone}`} title={t(look.key)}>
										<Icon name={look.icon} />
										<span class="unseen">{t(look.key)}</span>
									</span>
									<span class="grow">
										<CallClient call={call} />
										<span class="floor-whom cut">
											<Outside text={onCall(call).slice(0, 6).join(", ")} class="" />
										</span>
										<span class="muted small cut">
											{t(`direction.${call.direction}`)}
											{call.queue && (
												<>
													{" · "}
													<Outside text={call.queue} class="" />
												</>
											)}
										</span>
									</span>
									<Since at={call.answeredAt ?? call.startedAt} />
								</li>
							);
						})}
					</ul>
				)}
			</div>
		</section>
	);
}

const order = ["ringing", "in-call", "wrap-up", "break", "available", "offline"] as const;

/** What each person does, and for how long. */
export function FloorPeople({ people }: { people: readonly AgentState[] }) {
	const rank = ({ state }: AgentState) => order.indexOf(state);
	const sorted = people.toSorted((a, b) => rank(a) - rank(b) || a.user.name.localeCompare(b.user.name));
	return (
		<section class="panel" aria-label={t("floor.people")}>
			<header>
				<h2>{t("floor.people")}</h2>
			</header>
			<div class="body flush">
				{sorted.length === 0 ? (
					<Nothing icon="users" title={t("floor.people-none")} />
				) : (
					<ul class="rows">
						{sorted.map((agent) => {
							const { user, extension, state, since } = agent;
							return (
								<li key={user.id} class="floor-row" data-row data-agent={user.id}>
									<a class="strong cut grow" href={`/calls?period=today&agent=${user.id}`}>
										<Outside text={extension === null ? user.name : `${user.name} · ${extension}`} />
									</a>
									<span class={`chip ${agentTones[state]}`}>
										<AgentWords agent={agent} />
									</span>
									{state === "offline" ? <span class="floor-time" /> : <Since at={since} />}
								</li>
							);
						})}
					</ul>
				)}
			</div>
		</section>
	);
}

/** Who waits where. */
export function FloorQueues({ queues }: { queues: readonly QueueView[] }) {
	return (
		<section class="panel" id="queues" tabIndex={-1} aria-label={t("floor.queues")}>
			<header>
				<h2>{t("floor.queues")}</h2>
			</header>
			<div class="body flush">
				{queues.length === 0 ? (
					<Nothing icon="users" title={t("floor.queues-none")} />
				) : (
					<ul class="rows">
						{queues.map(({ pbx, queue, waiting, longest }) => (
							<li key={`${pbx} ${queue}`} class="floor-row" data-row>
								<span class="grow">
									<strong class="cut">
										<Outside text={queue} />
									</strong>
									<span class="muted small cut">
										<Outside text={pbx} />
									</span>
								</span>
								<span class={`chip ${waiting > 0 ? "warn" : "good"}`}>
									<Icon name={waiting > 0 ? "clock" : "check"} small />
									{t("floor.waiting")} {waiting}
								</span>
								{longest === null ? <span class="floor-time" /> : <Since at={longest} />}
							</li>
						))}
					</ul>
				)}
			</div>
		</section>
	);
}
