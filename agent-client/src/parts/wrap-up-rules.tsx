import type { WrapUpMode } from "../../../server/protocol/wrap-up.ts";
import { t } from "../i18n/translate.ts";
import { type WrapUpFields, wrapUpModes } from "../model/wrap-up-rules.ts";
import { SelectField, TextField } from "./field.tsx";
import { Icon } from "./icon.tsx";

interface Props {
	readonly fields: WrapUpFields;
	/** Texts of what is wrong, by `seconds`, `queue.0`, `seconds.0`. */
	readonly wrong: (path: string) => string | null;
	readonly onChange: (fields: WrapUpFields) => void;
}

const options = () => wrapUpModes.map((mode): readonly [WrapUpMode, string] => [mode, t(`wrap-up.${mode}`)]);

/** What happens after a call: the company's own rule, and queues that differ from it. */
export function WrapUpRulesForm({ fields, wrong, onChange }: Props) {
	const { mode, seconds, queues } = fields;
	const boxed = (one: WrapUpMode) => one === "box" || one === "box-strict";
	const changeQueue = (at: number, patch: Partial<WrapUpFields["queues"][number]>) =>
		onChange({ ...fields, queues: queues.map((one, index) => (index === at ? { ...one, ...patch } : one)) });
	return (
		<section class="panel" aria-labelledby="company-wrap-up">
			<header>
				<h2 id="company-wrap-up">{t("wrap-up.title")}</h2>
			</header>
			<div class="body stack">
				<p class="muted small">{t("wrap-up.text")}</p>
				<div class="fields">
					<SelectField
						label={t("wrap-up.company")}
						hint={t(`wrap-up.${mode}-hint`)}
						value={mode}
						options={options()}
						onValue={(value) => onChange({ ...fields, mode: value })}
					/>
					{boxed(mode) && (
						<TextField
							label={t("wrap-up.seconds")}
							value={seconds}
							wrong={wrong("seconds")}
							onValue={(value) => onChange({ ...fields, seconds: value })}
						/>
					)}
				</div>
				<h3>{t("wrap-up.queues")}</h3>
				{queues.length === 0 && <p class="muted small">{t("wrap-up.no-queues")}</p>}
				{queues.map((one, at) => (
					// Rows have no name of their own while their queue is being typed.
					<fieldset key={at} class="fields queue-rule">
						<legend class="unseen">{t("wrap-up.queue-rule", { name: one.queue })}</legend>
						<TextField
							label={t("wrap-up.queue")}
							hint={t("wrap-up.queue-hint")}
							value={one.queue}
							wrong={wrong(`queue.${at}`)}
							maxLength={80}
							onValue={(queue) => changeQueue(at, { queue })}
						/>
						<SelectField
							label={t("wrap-up.mode")}
							value={one.mode}
							options={options()}
							onValue={(value) => changeQueue(at, { mode: value })}
						/>
						{boxed(one.mode) && (
							<TextField
								label={t("wrap-up.seconds")}
								value={one.seconds}
								wrong={wrong(`seconds.${at}`)}
								onValue={(value) => changeQueue(at, { seconds: value })}
							/>
						)}
						<div class="row">
							<button
								type="button"
								class="button quiet small"
								onClick={() => onChange({ ...fields, queues: queues.filter((_, index) => index !== at) })}
							>
								<Icon name="trash" small />
								{t("wrap-up.remove")}
							</button>
						</div>
					</fieldset>
				))}
				<div class="row">
					<button
						type="button"
						class="button small"
						onClick={() =>
							onChange({ ...fields, queues: [...queues, { queue: "", mode: "mandatory", seconds: "60" }] })
						}
					>
						<Icon name="plus" small />
						{t("wrap-up.add")}
					</button>
				</div>
			</div>
		</section>
	);
}
