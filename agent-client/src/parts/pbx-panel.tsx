import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Pbx, PbxCheck } from "../../../server/protocol/pbx.ts";
import { api, live, now } from "../client.ts";
import { ApiError, type FailureCode } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { attempt } from "./attempt.ts";
import { EditButton } from "./edit-button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { Findings } from "./pbx-findings.tsx";
import { PbxForm, type Secrets } from "./pbx-form.tsx";
import { Stanzas } from "./pbx-stanzas.tsx";
import { Spoken } from "./spoken.tsx";
import { Failure, Loading } from "./states.tsx";
import { Outside } from "./text.tsx";
import { say } from "./toast.tsx";
import { useFocus } from "./use-focus.ts";
import { pbxTones, stretchText } from "./words.tsx";

const icons: Record<Pbx["state"], IconName> = {
	connecting: "clock",
	connected: "check",
	standby: "clock",
	"login-refused": "alert",
	away: "lost",
	stopped: "minus",
};

interface PanelProps {
	readonly pbx: Pbx;
	readonly secrets: Secrets | undefined;
	readonly onSaved: (pbx: Pbx, secrets: Secrets) => void;
	readonly onChanged: () => void;
}

/** One PBX: how it is, what is wrong with it, and what can be done. */
export function PbxPanel({ pbx, secrets, onSaved, onChanged }: PanelProps) {
	const editing = useSignal(false);
	const edit = useRef<HTMLButtonElement>(null);
	const focusEdit = useFocus(() => edit.current);
	const stopEditing = () => {
		editing.value = false;
		focusEdit();
	};
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
							<EditButton editing={editing} button={edit} />
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
						onCancel={stopEditing}
						onSaved={(saved, typed) => {
							stopEditing();
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
