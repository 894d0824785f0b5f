import { useId, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { ErrorBoundary, lazy } from "preact-iso";
import { api, drafts, held, readPlans, settings } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { rememberComment } from "../model/drafts.ts";
import { harmless } from "../model/text.ts";
import { dayAndTime } from "../model/time.ts";
import { createWrapUp, statuses } from "../model/wrap-up.ts";
import { refusalText } from "./attempt.ts";
import { Field, serverWrong, TextField } from "./field.tsx";
import { Icon } from "./icon.tsx";
import { Refused } from "./refused.tsx";

import { firstWrong, useFocus } from "./use-focus.ts";
import { dispositionLook } from "./words.tsx";

const MoreTime = lazy(() => import("./more-time.tsx"));

const recentKey = "dzvin:recent-comments";
function recentComments(): string[] {
	try {
		const list: unknown = JSON.parse(localStorage.getItem(recentKey) ?? "[]");
		return Array.isArray(list) ? list.filter((text) => typeof text === "string") : [];
	} catch {
		return [];
	}
}
function keepRecent(comment: string): void {
	try {
		localStorage.setItem(recentKey, JSON.stringify(rememberComment(recentComments(), comment)));
	} catch {
		// No storage, no recent comments.
	}
}

/** When to talk again, one click each: in an hour, tomorrow at ten, in a week at ten. */
const later = [
	["wrap.in-hour", (now: Date) => new Date(now.getTime() + 3_600_000)],
	["wrap.tomorrow", (now: Date) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 10)],
	["wrap.in-week", (now: Date) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + 7, 10)],
] as const;

interface Props {
	readonly callId: string;
	/** Runs after the server has it. */
	readonly onSaved: () => void;
	readonly compact?: boolean;
	/** Takes the focus when it appears: only where the person asked for the form. */
	readonly focus?: boolean;
}

/** Status and comment for a call, from the keyboard alone: digits, Tab, Ctrl+Enter. */
export function WrapUpForm({ callId, onSaved, compact = false, focus = false }: Props) {
	const form = useMemo(
		() => createWrapUp({ callId, drafts, now: Date.now, save: (body) => api.dispose(callId, body) }),
		[callId],
	);
	const group = useRef<HTMLFieldSetElement>(null);
	const element = useRef<HTMLFormElement>(null);
	const id = useId();
	const draft = form.draft.value;
	const { problems } = form;
	const fields = form.serverFields.value;

	const focusWrong = useFocus(() => firstWrong(element.current));
	useLayoutEffect(() => {
		if (focus) group.current?.querySelector<HTMLInputElement>("input:checked, input")?.focus();
	}, []);

	async function submit(): Promise<void> {
		const { comment } = form.draft.value;
		if (await form.submit()) {
			keepRecent(comment);
			void readPlans();
			onSaved();
			return;
		}
		focusWrong();
	}

	const problem = (key: keyof typeof problems) => {
		const found = problems[key];
		return found ? t(`problem.${found}`) : serverWrong(fields, key);
	};
	const templates = [...(settings.value?.commentTemplates ?? []), ...recentComments()];
	const offered = [...new Set(templates)].slice(0, compact ? 4 : 10);

	return (
		<form
			class={compact ? "wrap-up compact" : "wrap-up"}
			ref={element}
			onSubmit={(event) => {
				event.preventDefault();
				void submit();
			}}
			onKeyDown={(event) => {
				if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
					event.preventDefault();
					void submit();
				}
			}}
		>
			<fieldset
				ref={group}
				class="status-group"
				data-wrong={problem("status") ? "" : undefined}
				onKeyDown={(event) => {
					const status = /^[1-4]$/.test(event.key) ? statuses[Number(event.key) - 1] : undefined;
					if (!status || event.ctrlKey || event.altKey || event.metaKey) return;
					event.preventDefault();
					form.change({ status });
					// At once: whoever types fast is already on the way to the next field when a frame is over.
					group.current?.querySelector<HTMLInputElement>(`input[value=${status}]`)?.focus();
				}}
			>
				<legend class="label">{t("wrap.status")}</legend>
				<div class="status-options">
					{statuses.map((status, index) => (
						<label key={status} class={`status-option ${dispositionLook[status].tone}`}>
							<input
								type="radio"
								name={`${id}-status`}
								value={status}
								checked={draft.status === status}
								onChange={() => form.change({ status })}
							/>
							<span class="digit" aria-hidden="true">
								{index + 1}
							</span>
							<Icon name={dispositionLook[status].icon} small />
							<span class="cut">{t(dispositionLook[status].key)}</span>
						</label>
					))}
				</div>
				{problem("status") && (
					<p class="wrong">
						<Icon name="alert" small />
						{problem("status")}
					</p>
				)}
			</fieldset>

			{draft.status === "bought" && (
				<TextField
					label={t("wrap.amount", { currency: settings.value?.currency ?? "UAH" })}
					value={draft.amount}
					wrong={problem("amount")}
					placeholder="0,00"
					onValue={(amount) => form.change({ amount })}
				/>
			)}
			{draft.status === "refused" && (
				<Field label={t("wrap.reason")} wrong={problem("refusalReason")}>
					{(control) => (
						<select
							{...control}
							class="input"
							value={draft.refusalReason}
							onChange={(event) => form.change({ refusalReason: event.currentTarget.value })}
						>
							<option value="">{t("wrap.choose-reason")}</option>
							{(settings.value?.refusalReasons ?? []).map((reason) => (
								<option key={reason} value={reason} selected={reason === draft.refusalReason}>
									{harmless(reason)}
								</option>
							))}
						</select>
					)}
				</Field>
			)}

			<div class="comment">
				<TextField
					label={t("wrap.comment")}
					value={draft.comment}
					lines={compact ? 2 : 3}
					maxLength={10_000}
					wrong={problem("comment")}
					onValue={(comment) => form.change({ comment })}
				/>
				{offered.length > 0 && (
					<ul class="row wrap templates" aria-label={t("wrap.templates")}>
						{offered.map((text) => (
							<li key={text}>
								<button type="button" class="chip" title={harmless(text)} onClick={() => form.insert(text)}>
									<bdi class="cut">{harmless(text)}</bdi>
								</button>
							</li>
						))}
					</ul>
				)}
			</div>

			{draft.status === "in_work" && (
				<div class="next-contact">
					<TextField
						label={t("wrap.next-contact")}
						value={draft.nextContactAt}
						placeholder={t("time.format")}
						wrong={problem("nextContactAt")}
						onValue={(nextContactAt) => form.change({ nextContactAt })}
					/>
					<div class="row wrap templates">
						{later.map(([key, at]) => (
							<button
								key={key}
								type="button"
								class="chip"
								onClick={() => form.change({ nextContactAt: dayAndTime(at(new Date()).getTime()) })}
							>
								{t(key)}
							</button>
						))}
					</div>
				</div>
			)}

			<div class="row wrap wrap-up-end">
				<button type="submit" class="button primary" disabled={form.saving.value}>
					{form.saving.value ? t("action.saving") : t("wrap.save")}
				</button>
				<span class="muted small keys-hint">
					<kbd>Ctrl</kbd> <kbd>↵</kbd>
				</span>
				{held.items.value.some((one) => one.callId === callId && one.until) && (
					<ErrorBoundary>
						<MoreTime callId={callId} />
					</ErrorBoundary>
				)}
				<Refused text={form.failure.value && refusalText(form.failure.value)} />
			</div>
		</form>
	);
}
