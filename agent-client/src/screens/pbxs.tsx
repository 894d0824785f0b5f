import { useSignal } from "@preact/signals";
import type { Pbx, PbxCheck } from "../../../server/protocol/pbx.ts";
import type { Said } from "../../../server/protocol/said.ts";
import { api, live, now } from "../client.ts";
import { ApiError, type FailureCode } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { attempt } from "../parts/attempt.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { PbxForm, type Secrets } from "../parts/pbx-form.tsx";
import { Failure, ListState, Loading, Nothing } from "../parts/states.tsx";
import { Outside } from "../parts/text.tsx";
import { say } from "../parts/toast.tsx";
import { useList } from "../parts/use-list.ts";
import { pbxTones, stretchText } from "../parts/words.tsx";
import { pieces } from "../said/said.ts";

const icons: Record<Pbx["state"], IconName> = {
	connecting: "clock",
	connected: "check",
	standby: "clock",
	"login-refused": "alert",
	away: "lost",
	stopped: "minus",
};

/** The telephone systems: how they are, what is wrong, which lines to paste. */
export default function Pbxs() {
	const list = useList<Pbx>("pbxs", () => api.pbxs(), false);
	const adding = useSignal(false);
	const secrets = useSignal<ReadonlyMap<string, Secrets>>(new Map());
	const keep = (pbx: Pbx, typed: Secrets) => {
		secrets.value = new Map([...secrets.value, [pbx.id, typed]]);
		void list.reload();
	};
	return (
		<div class="stack">
			<div class="row wrap">
				<h1 class="grow">{t("nav.pbx")}</h1>
				{!adding.value && (
					<button type="button" class="button primary" onClick={() => (adding.value = true)}>
						<Icon name="plus" />
						{t("pbx.add")}
					</button>
				)}
			</div>
			{adding.value && (
				<section class="panel" aria-label={t("pbx.add")}>
					<div class="body">
						<PbxForm
							pbx={null}
							onCancel={() => (adding.value = false)}
							onSaved={(pbx, typed) => {
								adding.value = false;
								say(t("pbx.added"));
								keep(pbx, typed);
							}}
						/>
					</div>
				</section>
			)}
			<ListState
				list={list}
				empty={
					adding.value ? null : (
						<section class="panel">
							<Nothing icon="plug" title={t("pbx.none")} text={t("pbx.none-text")}>
								<button type="button" class="button primary" onClick={() => (adding.value = true)}>
									{t("pbx.add")}
								</button>
							</Nothing>
						</section>
					)
				}
			>
				{(pbxs) =>
					pbxs.map((pbx) => (
						<PbxPanel
							key={pbx.id}
							pbx={pbx}
							secrets={secrets.value.get(pbx.id)}
							onSaved={keep}
							onChanged={() => void list.reload()}
						/>
					))
				}
			</ListState>
		</div>
	);
}

interface PanelProps {
	readonly pbx: Pbx;
	readonly secrets: Secrets | undefined;
	readonly onSaved: (pbx: Pbx, secrets: Secrets) => void;
	readonly onChanged: () => void;
}

function PbxPanel({ pbx, secrets, onSaved, onChanged }: PanelProps) {
	const editing = useSignal(false);
	const removing = useSignal(false);
	const check = useSignal<"none" | "running" | PbxCheck | FailureCode>("none");
	const current = live.picture.value.pbxs.find((one) => one.id === pbx.id) ?? pbx;

	async function run(): Promise<void> {
		check.value = "running";
		try {
			check.value = await api.checkPbx(pbx.id);
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			check.value = error.code;
		}
	}
	return (
		<section class="panel" aria-label={pbx.name}>
			<header>
				<h2 class="grow cut">
					<Outside text={pbx.name} />
				</h2>
				<span class={`chip ${pbxTones[current.state]}`}>
					<Icon name={icons[current.state]} small />
					{t(`pbx.state.${current.state}`)}
					{current.state !== "stopped" && (
						<span>{stretchText(Math.max(0, now.value - Date.parse(current.since)))}</span>
					)}
				</span>
			</header>
			<div class="body stack">
				<p class="muted">
					<bdi dir="ltr">
						{pbx.host}:{pbx.port}
					</bdi>
					{" · "}
					{t(pbx.tls ? "pbx.tls-on" : "pbx.tls-off")}
					{" · "}
					{t(pbx.control ? "pbx.control-on" : "pbx.control-off")}
				</p>
				{current.problem && current.state !== "connected" && (
					<p class="notice bad">
						<Icon name="alert" />
						<span>
							<Spoken said={current.said} english={current.problem} />
						</span>
					</p>
				)}
				<div class="row wrap">
					<button type="button" class="button" disabled={check.value === "running"} onClick={() => void run()}>
						<Icon name="check" />
						{t("pbx.check")}
					</button>
					<a class="button" href={`/pbx/${pbx.id}/observed`}>
						<Icon name="clock" />
						{t("observed.title")}
					</a>
					{!pbx.demo && (
						<>
							<button
								type="button"
								class="button"
								aria-expanded={editing.value}
								onClick={() => (editing.value = !editing.value)}
							>
								<Icon name="edit" />
								{t("action.edit")}
							</button>
							{removing.value ? (
								<>
									<button
										type="button"
										class="button danger"
										onClick={async () => {
											if (await attempt(api.removePbx(pbx.id), t("pbx.removed"))) onChanged();
										}}
									>
										{t("pbx.remove-sure")}
									</button>
									<button type="button" class="button quiet" onClick={() => (removing.value = false)}>
										{t("action.cancel")}
									</button>
								</>
							) : (
								<button type="button" class="button quiet" onClick={() => (removing.value = true)}>
									<Icon name="trash" />
									{t("pbx.remove")}
								</button>
							)}
						</>
					)}
				</div>
				<div aria-live="polite">
					{check.value === "running" && <Loading rows={2} />}
					{typeof check.value === "string" && check.value !== "running" && check.value !== "none" && (
						<Failure code={check.value} retry={() => void run()} />
					)}
					{typeof check.value === "object" && <Findings check={check.value} />}
				</div>
				{editing.value ? (
					<PbxForm
						pbx={pbx}
						onCancel={() => (editing.value = false)}
						onSaved={(saved, typed) => {
							editing.value = false;
							say(t("action.saved"));
							onSaved(saved, typed);
						}}
					/>
				) : (
					!pbx.demo && <Stanzas pbx={pbx} secrets={secrets} open={current.state !== "connected"} />
				)}
			</div>
		</section>
	);
}

const findingLook = {
	ok: { tone: "good", icon: "check", key: "finding.ok" },
	warning: { tone: "warn", icon: "alert", key: "finding.warning" },
	error: { tone: "bad", icon: "refused", key: "finding.error" },
} as const;

/** The doctor's findings, each with the line that mends it. */
function Findings({ check }: { check: PbxCheck }) {
	return (
		<ul class="findings">
			{check.findings.map((finding) => {
				const look = findingLook[finding.level];
				return (
					<li key={finding.code + finding.message}>
						<span class={`sign ${look.tone}`}>
							<Icon name={look.icon} small />
							<span class="unseen">{t(look.key)}</span>
						</span>
						<div class="grow">
							<p>
								<Spoken said={finding.said?.message} english={finding.message} />
							</p>
							{finding.mend && <Mend mend={finding.mend} said={finding.said?.mend} />}
						</div>
					</li>
				);
			})}
		</ul>
	);
}

/** What the server says, its values in the style of code: they are names, addresses and lines of files. */
function Spoken({ said, english }: { said: Said | null | undefined; english: string }) {
	return (
		<>
			{pieces(said, english).map(({ text, name }, index) =>
				name === null ? <span key={index}>{text}</span> : <code key={index}>{text}</code>,
			)}
		</>
	);
}

/** What mends a finding: the line to paste as it is, the rest in the person's language. */
function Mend({ mend, said }: { mend: string; said: Said | null | undefined }) {
	if (!said) return <Paste text={mend} />;
	const line = said.values.line;
	return (
		<>
			{said.code !== "mend.paste" && (
				<p class="muted small">
					<Spoken said={said} english={mend} />
				</p>
			)}
			{line && <Paste text={line} />}
		</>
	);
}

/** The server shows a sign in the place of each secret; on this page, right after saving, it is filled in. */
const filled = (stanza: string, secret: string | undefined) =>
	secret ? stanza.replace("<the secret>", secret) : stanza;

function Stanzas({ pbx, secrets, open }: { pbx: Pbx; secrets: Secrets | undefined; open: boolean }) {
	return (
		<details open={open}>
			<summary>{t("pbx.stanzas")}</summary>
			<div class="stack">
				<p class="muted small">
					{t("pbx.stanzas-text")} <code>asterisk -rx "manager reload"</code>
				</p>
				<Paste text={filled(pbx.stanzas.events, secrets?.events)} />
				{!secrets?.events && <p class="muted small">{t("pbx.secret-hidden")}</p>}
				{pbx.control && (
					<>
						<p class="muted small">{t("pbx.control-text")}</p>
						<Paste text={filled(pbx.stanzas.control, secrets?.control)} />
					</>
				)}
			</div>
		</details>
	);
}

/** Lines to paste, with a button that copies them. */
function Paste({ text }: { text: string }) {
	return (
		<div class="paste">
			<textarea class="input code" readOnly aria-label={t("pbx.stanzas")} rows={text.split("\n").length} value={text} />
			<button
				type="button"
				class="button small"
				onClick={() =>
					// The clipboard exists only on https and localhost; elsewhere the text can be marked by hand.
					navigator.clipboard
						? void navigator.clipboard.writeText(text).then(() => say(t("action.copied")))
						: say(t("action.copy-by-hand"), "bad")
				}
			>
				<Icon name="copy" small />
				{t("action.copy")}
			</button>
		</div>
	);
}
