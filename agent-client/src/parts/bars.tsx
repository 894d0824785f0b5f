import { useSignal } from "@preact/signals";
import type { Me } from "../../../server/protocol/user.ts";
import { api, demo, link, live, lost, now, sayISee } from "../client.ts";
import { type Key, t } from "../i18n/translate.ts";
import { cut } from "../model/text.ts";
import { clock, dayAndTime, timeOfDay } from "../model/time.ts";
import { paragraph, sentence } from "../said/said.ts";
import { attempt } from "./attempt.ts";
import { HeldBar } from "./held-bar.tsx";
import { Icon } from "./icon.tsx";
import { unseenSentence } from "./incoming-sentence.ts";
import { say as toast } from "./toast.tsx";

/** What everybody has to know now: connection, PBX, a new version, demo data. */
export function Bars({ me }: { me: Me }) {
	const away = lost.value;
	const trouble = live.pbxTrouble.value;
	return (
		<div class="bars">
			<div role="status">
				{away && (
					<p class="bar bad">
						<Icon name="lost" small />
						<span class="grow">
							{t("link.lost")} <span class="timer">{clock((now.value - live.skew.value - away.since) / 1000)}</span>
						</span>
						<button type="button" class="button small" onClick={() => link.value?.reconnect()}>
							{t("list.retry")}
						</button>
					</p>
				)}
				{!away && trouble && trouble.state !== "stopped" && (
					<p class={trouble.state === "login-refused" ? "bar bad" : "bar warn"}>
						<Icon name="plug" small />
						<span class="grow">
							{t(`pbx.bar.${trouble.state}`, { name: trouble.name, since: dayAndTime(trouble.since) })}{" "}
							{me.role === "admin" && trouble.problem && (
								<bdi class="small trouble">{cut(sentence(trouble.said, trouble.problem), 500)}</bdi>
							)}
							{me.role === "admin" && trouble.state === "login-refused" && (
								<>
									{" "}
									<span class="small">{t("pbx.bar.mended")}</span>
								</>
							)}
						</span>
						{me.role === "admin" && trouble.state === "login-refused" && <CheckNow pbxId={trouble.id} />}
						{me.role !== "agent" && (
							<a class="button small" href={me.role === "admin" ? "/admin/pbx" : `/pbx/${trouble.id}/observed`}>
								{t("pbx.look")}
							</a>
						)}
					</p>
				)}
				<LostBars me={me} />
				<StorageBar me={me} />
				{live.unseen.value.slice(0, 3).map((unseen) => (
					<p key={unseen.id} class="bar warn" data-not-seen={unseen.callId}>
						<Icon name="bell" small />
						<span class="grow">{unseenSentence(unseen)}</span>
						<button type="button" class="button small" onClick={() => sayISee(unseen.id)}>
							{t("unseen.i-see")}
						</button>
					</p>
				))}
				{live.outdated.value && (
					<p class="bar">
						<Icon name="info" small />
						<span class="grow">{t("version.new")}</span>
						<button type="button" class="button small" onClick={() => location.reload()}>
							{t("version.reload")}
						</button>
					</p>
				)}
			</div>
			<HeldBar me={me} />
			{demo.value?.present && <DemoBar admin={me.role === "admin"} />}
		</div>
	);
}

/** Only a login shows that an account was mended on the PBX, and logins are rare by then: a person says when. */
function CheckNow({ pbxId }: { pbxId: string }) {
	const busy = useSignal(false);
	return (
		<button
			type="button"
			class="button small"
			disabled={busy.value}
			onClick={async () => {
				busy.value = true;
				const checked = api.checkPbx(pbxId);
				if (await attempt(checked)) {
					const wrong = (await checked).findings.find(({ level, code }) => level === "error" && before.has(code));
					if (wrong) toast(paragraph(wrong.said && [wrong.said.message], wrong.message), "bad");
					else toast(t("pbx.bar.logs-in"));
				}
				busy.value = false;
			}}
		>
			<Icon name="check" small />
			{t("pbx.check")}
		</button>
	);
}
/** Findings behind which we are not let in. */
const before: ReadonlySet<string> = new Set(["port", "tls", "greeting", "login-open", "login-refused"]);

/** Events of a PBX that never came: until its journal was read they are a doubt, and those who watch should have it. */
function LostBars({ me }: { me: Me }) {
	if (me.role === "agent") return null;
	return live.picture.value.pbxs.map(({ id, name, lost: gone }) => {
		if (!gone) return null;
		const { state, events, at } = gone;
		return (
			<p key={id} class={state === "read" ? "bar" : "bar warn"} data-lost={state}>
				<Icon name={state === "read" ? "check" : "alert"} small />
				<span class="grow">{t(`pbx.lost.${state}`, { count: events ?? 0, name, at: timeOfDay(at) })}</span>
				<a class="button small" href={`/pbx/${id}/observed`}>
					{t("pbx.look")}
				</a>
			</p>
		);
	});
}

/** That a disk is full concerns everybody, that it fills those who can do something about it. */
function StorageBar({ me }: { me: Me }) {
	const storage = live.picture.value.storage;
	if (storage === null || storage.state === "enough") return null;
	if (storage.state === "fills" && me.role === "agent") return null;
	const { state, where, usedPercent, since } = storage;
	return (
		<p class={state === "full" ? "bar bad" : "bar warn"} data-storage={state}>
			<Icon name="info" small />
			<span class="grow">
				{state === "fills"
					? t("storage.fills", { percent: usedPercent ?? 0 })
					: t(`storage.full.${where}`, { since: dayAndTime(since) })}
			</span>
		</p>
	);
}

/** Scenarios by the id that the server gives them; one that we do not know keeps its English title. */
const known: Record<string, Key> = {
	client: "demo.client",
	unknown: "demo.unknown",
	shared: "demo.shared",
	missed: "demo.missed",
	"ring-group": "demo.ring-group",
	queue: "demo.queue",
	transfer: "demo.transfer",
	menu: "demo.menu",
	withheld: "demo.withheld",
	"hostile-name": "demo.hostile-name",
};

/** Says that the data is for show, plays calls, and takes everything away again. */
function DemoBar({ admin }: { admin: boolean }) {
	const busy = useSignal(false);
	const scenarios = demo.value?.scenarios ?? [];
	return (
		<div class="bar demo">
			<Icon name="spark" small />
			<span class="grow">{t("demo.banner")}</span>
			<select
				class="input demo-pick"
				aria-label={t("demo.simulate")}
				value=""
				onChange={(event) => {
					const { value } = event.currentTarget;
					event.currentTarget.value = "";
					if (value) void attempt(api.simulate(value), t("demo.on-its-way"));
				}}
			>
				<option value="">{t("demo.simulate")}</option>
				{scenarios.map(({ id, title }) => (
					<option key={id} value={id}>
						{known[id] ? t(known[id]) : title}
					</option>
				))}
			</select>
			{admin && (
				<button
					type="button"
					class="button small"
					title={t("demo.wipe-sure")}
					disabled={busy.value}
					onClick={async () => {
						busy.value = true;
						if (await attempt(api.wipeDemo(), t("demo.wiped"))) location.assign("/");
						busy.value = false;
					}}
				>
					<Icon name="trash" small />
					{t("demo.wipe")}
				</button>
			)}
		</div>
	);
}
