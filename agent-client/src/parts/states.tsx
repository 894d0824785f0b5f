import type { ComponentChildren } from "preact";
import type { FailureCode } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import type { List } from "../model/list.ts";
import { Icon, type IconName } from "./icon.tsx";
import { failureText } from "./words.tsx";

/** Why there is nothing here, and what to do about it. */
export function Nothing(props: {
	icon: IconName;
	title: string;
	text?: string | undefined;
	children?: ComponentChildren;
}) {
	return (
		<div class="nothing">
			<Icon name={props.icon} />
			<h3>{props.title}</h3>
			{props.text && <p>{props.text}</p>}
			{props.children && <div class="row wrap">{props.children}</div>}
		</div>
	);
}

export function Loading({ rows = 5 }: { rows?: number }) {
	return (
		<div class="skeleton" role="status" aria-label={t("list.loading")}>
			{Array.from({ length: rows }, (_, index) => (
				<span key={index} />
			))}
		</div>
	);
}

export function Failure({ code, retry }: { code: FailureCode; retry?: (() => void) | undefined }) {
	return (
		<div class="nothing" role="alert">
			<Icon name="alert" />
			<h3>{t("list.failed")}</h3>
			<p>{failureText(code)}</p>
			{retry && (
				<button type="button" class="button" onClick={retry}>
					{t("list.retry")}
				</button>
			)}
		</div>
	);
}

interface ListStateProps<T extends { id: string }> {
	readonly list: List<T>;
	readonly empty: ComponentChildren;
	readonly children: (items: readonly T[]) => ComponentChildren;
}

/** The four states of every list: loading, failed, empty, rows with "more". */
export function ListState<T extends { id: string }>({ list, empty, children }: ListStateProps<T>) {
	const phase = list.phase.value;
	if (phase === "loading") return <Loading />;
	if (phase === "failed") return <Failure code={list.failure.value ?? "broken"} retry={() => void list.reload()} />;
	if (list.empty.value) return <>{empty}</>;
	return (
		<>
			{list.failure.value && (
				<p class="notice warn small" role="status">
					<Icon name="alert" small />
					{t("list.stale")}
				</p>
			)}
			{children(list.items.value)}
			{list.next.value !== null && (
				<div class="more">
					<button type="button" class="button" disabled={list.busy.value} onClick={() => void list.more()}>
						{t("list.more")}
					</button>
				</div>
			)}
		</>
	);
}
