import type { Call } from "../../../server/protocol/call.ts";
import type { ContactStatus } from "../../../server/protocol/contact.ts";
import type { Disposition, DispositionStatus } from "../../../server/protocol/disposition.ts";
import type { AgentState } from "../../../server/protocol/live.ts";
import type { PbxState } from "../../../server/protocol/pbx.ts";
import type { Settlement } from "../../../server/protocol/settled.ts";
import type { FailureCode } from "../connection/http.ts";
import { type Key, money, t } from "../i18n/translate.ts";
import type { DutyState } from "../model/duty.ts";
import { dayAndTime, dayOf, daysAgo, stretch, timeOfDay } from "../model/time.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Outside } from "./text.tsx";

/** Words, signs and colours for the states of the business: never a colour alone. */

type Tone = "" | "good" | "warn" | "bad" | "accent" | "plum";
interface Look {
	readonly key: Key;
	readonly icon: IconName;
	readonly tone: Tone;
}

export const dispositionLook: Record<DispositionStatus, Look> = {
	in_work: { key: "status.in_work", icon: "progress", tone: "accent" },
	bought: { key: "status.bought", icon: "bought", tone: "good" },
	refused: { key: "status.refused", icon: "refused", tone: "bad" },
	not_client: { key: "status.not_client", icon: "ban", tone: "" },
};
const contactLook: Record<ContactStatus, Look> = {
	new: { key: "contact.status.new", icon: "star", tone: "plum" },
	in_work: { key: "contact.status.in_work", icon: "progress", tone: "accent" },
	client: { key: "contact.status.client", icon: "bought", tone: "good" },
	refused: { key: "contact.status.refused", icon: "refused", tone: "bad" },
	not_client: { key: "contact.status.not_client", icon: "ban", tone: "" },
};
export const dutyLook: Record<DutyState, Look> = {
	new: { key: "duty.new", icon: "missed", tone: "bad" },
	claimed: { key: "duty.claimed", icon: "hand", tone: "accent" },
	tried: { key: "duty.tried", icon: "out", tone: "warn" },
	reached: { key: "duty.reached", icon: "check", tone: "good" },
	"reached-us": { key: "duty.reached-us", icon: "in", tone: "good" },
	processed: { key: "duty.processed", icon: "check", tone: "good" },
	answered: { key: "duty.answered", icon: "note", tone: "good" },
	dismissed: { key: "duty.dismissed", icon: "close", tone: "" },
};

export function Chip({ look }: { look: Look }) {
	return (
		<span class={`chip ${look.tone}`}>
			<Icon name={look.icon} small />
			{t(look.key)}
		</span>
	);
}
export const ContactStatusChip = ({ status }: { status: ContactStatus }) => <Chip look={contactLook[status]} />;
export const DutyChip = ({ state }: { state: DutyState }) => <Chip look={dutyLook[state]} />;

/** How a missed call was closed by a person's word; of everything else the call itself tells. */
export function SettlementChip({ settlement: { how, channel } }: { settlement: Settlement }) {
	if (how !== "other-channel" && how !== "dismissed") return null;
	const look = dutyLook[how === "dismissed" ? "dismissed" : "answered"];
	return (
		<span class={`chip ${look.tone}`}>
			<Icon name={look.icon} small />
			{t(look.key)}
			{channel && <span>{t(`channel.${channel}`)}</span>}
		</span>
	);
}

export function DispositionChip({ disposition }: { disposition: Disposition }) {
	const look = dispositionLook[disposition.status];
	return (
		<span class={`chip ${look.tone}`}>
			<Icon name={look.icon} small />
			{t(look.key)}
			{disposition.amount !== null && <span>{money(disposition.amount, disposition.currency ?? "UAH")}</span>}
		</span>
	);
}

/** Colours of what a person does, and of how a PBX stands; the words are beside them. */
export const agentTones = {
	available: "good",
	ringing: "accent",
	"in-call": "warn",
	"wrap-up": "warn",
	break: "",
	offline: "",
} as const satisfies Record<AgentState["state"], Tone>;
/** What a person does, a break with its reason; one that was chosen in mid-call is a sign beside the call. */
export function AgentWords({ agent: { state, onBreak } }: { agent: AgentState }) {
	return (
		<>
			<span class="dot" />
			{state === "break" && onBreak ? (
				<>
					<span class="unseen">{t("agent.break")}</span>
					<Outside text={onBreak.reason} class="cut" />
				</>
			) : (
				t(`agent.${state}`)
			)}
			{state !== "break" && onBreak && (
				<>
					<Icon name="pause" small />
					<span class="unseen">{t("agent.break")}</span>
				</>
			)}
		</>
	);
}
export const pbxTones = {
	connected: "good",
	connecting: "accent",
	standby: "accent",
	away: "bad",
	"login-refused": "bad",
	stopped: "",
} as const satisfies Record<PbxState, Tone>;

/** Where a call went and how it ended. */
export function callLook(call: Pick<Call, "direction" | "outcome">): Look {
	const unanswered = call.direction === "inbound" ? "call.missed" : "call.no-answer";
	switch (call.outcome) {
		case "ringing":
			return { key: "call.ringing", icon: "bell", tone: "accent" };
		case "talking":
			return { key: "call.talking", icon: "phone", tone: "accent" };
		case "answered":
			return call.direction === "outbound"
				? { key: "call.outbound", icon: "out", tone: "good" }
				: call.direction === "inbound"
					? { key: "call.inbound", icon: "in", tone: "good" }
					: { key: "call.internal", icon: "users", tone: "" };
		case "missed":
			return { key: "call.missed", icon: "missed", tone: "bad" };
		case "no-answer":
			return { key: unanswered, icon: call.direction === "inbound" ? "missed" : "out", tone: "warn" };
		case "busy":
			return { key: "call.busy", icon: "out", tone: "warn" };
		case "failed":
			return { key: "call.failed", icon: "alert", tone: "bad" };
	}
}

/** `10:42`, `yesterday, 10:42`, `05.11.2026 10:42`. */
export function whenText(at: string, now: number): string {
	const days = daysAgo(at, now);
	if (days === 0) return timeOfDay(at);
	return days === 1 ? t("time.yesterday-at", { time: timeOfDay(at) }) : dayAndTime(at);
}
/** Heading over the rows of one day. */
export function dayTitle(at: string, now: number): string {
	const days = daysAgo(at, now);
	return days === 0 ? t("time.today") : days === 1 ? t("time.yesterday") : dayOf(at);
}
/** `35 min`, `3 h`, `2 days`. */
export function stretchText(milliseconds: number): string {
	const { unit, count } = stretch(milliseconds);
	return t(`time.${unit}s`, { count });
}

const failureKeys: Partial<Record<FailureCode, Key>> = {
	offline: "failure.offline",
	timeout: "failure.offline",
	unavailable: "failure.unavailable",
	forbidden: "failure.forbidden",
	"not-found": "failure.not-found",
	conflict: "failure.conflict",
	validation: "failure.validation",
	"too-many-requests": "failure.too-many",
	"pbx-refused": "failure.pbx-refused",
	"pbx-timeout": "failure.pbx-timeout",
};
export const failureText = (code: FailureCode): string => t(failureKeys[code] ?? "failure.unknown");
