import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { CallWays } from "../../../server/protocol/call.ts";
import { api } from "../client.ts";
import { ApiError } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { writtenNumber } from "../model/number.ts";
import { cut, harmless } from "../model/text.ts";
import { SelectField } from "./field.tsx";

/** What was offered last stays until the next answer, so that nothing jumps from page to page. */
const known = signal<CallWays>({ lines: [], queues: [] });

interface Props {
	readonly did: string;
	readonly queue: string;
	readonly onChange: (patch: { did?: string; queue?: string }) => void;
}

/** By which line and queue a call came. Without lines or queues there is nothing to choose. */
export function WayFilters({ did, queue, onChange }: Props) {
	useEffect(() => {
		api
			.ways()
			.then((ways) => {
				known.value = ways;
			})
			.catch((error: unknown) => {
				// The lists do without; what the address says is still offered.
				if (!(error instanceof ApiError)) throw error;
			});
	}, []);
	const { lines, queues } = known.value;
	return (
		<>
			<Ways
				label={t("filter.line")}
				value={did}
				offered={lines}
				written={writtenNumber}
				onValue={(line) => onChange({ did: line })}
			/>
			<Ways
				label={t("filter.queue")}
				value={queue}
				offered={queues}
				written={(name) => name}
				onValue={(name) => onChange({ queue: name })}
			/>
		</>
	);
}

function Ways(props: {
	label: string;
	value: string;
	offered: readonly string[];
	written: (way: string) => string;
	onValue: (way: string) => void;
}) {
	const { value, offered } = props;
	const ways = value === "" || offered.includes(value) ? offered : [value, ...offered];
	if (ways.length === 0) return null;
	return (
		<SelectField
			label={props.label}
			value={value}
			options={[
				["", t("filter.any")] as const,
				...ways.map((way) => [way, cut(harmless(props.written(way)), 40)] as const),
			]}
			onValue={props.onValue}
		/>
	);
}
