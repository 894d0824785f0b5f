import { api, now, readPlans } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { dayAndTime } from "../model/time.ts";
import { attempt } from "../parts/attempt.ts";
import { DutyTabs } from "../parts/duty-tabs.tsx";
import { Icon } from "../parts/icon.tsx";
import { ListState, Nothing } from "../parts/states.tsx";
import { Outside } from "../parts/text.tsx";
import { useList } from "../parts/use-list.ts";

/** Planned contacts, the next one first. */
export default function Plans() {
	const list = useList("plans", (after, signal) => api.tasks({ after, limit: 50 }, signal), false);
	return (
		<div class="stack">
			<h1 class="unseen">{t("tab.plans")}</h1>
			<DutyTabs />
			<section class="panel" aria-label={t("tab.plans")}>
				<div class="body flush">
					<ListState
						list={list}
						empty={<Nothing icon="calendar" title={t("plans.none")} text={t("plans.none-text")} />}
					>
						{(tasks) => (
							<ul class="rows">
								{tasks.map((task) => {
									const late = new Date(task.dueAt).getTime() < now.value;
									return (
										<li key={task.id} class="plan-row" data-row>
											<span class={late ? "late nowrap" : "nowrap"}>
												<Icon name={late ? "alert" : "clock"} small />
												<time dateTime={task.dueAt}>{dayAndTime(task.dueAt)}</time>
												{late && <span class="unseen">{t("plans.late")}</span>}
											</span>
											<span class="grow">
												{task.contact && (
													<a class="strong cut" href={`/contacts/${task.contact.id}`}>
														<Outside text={task.contact.name} />
													</a>
												)}
												<span class="muted small cut">
													<Outside text={task.title} />
												</span>
											</span>
											<button
												type="button"
												class="button small"
												onClick={async () => {
													if (await attempt(api.taskDone(task.id), t("plans.done-said"))) {
														list.remove(task.id);
														void readPlans();
													}
												}}
											>
												<Icon name="check" small />
												{t("plans.done")}
											</button>
										</li>
									);
								})}
							</ul>
						)}
					</ListState>
				</div>
			</section>
		</div>
	);
}
