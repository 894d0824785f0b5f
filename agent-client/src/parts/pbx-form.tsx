import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Pbx } from "../../../server/protocol/pbx.ts";
import { api } from "../client.ts";
import { ApiError, type FailureCode } from "../connection/http.ts";
import { t } from "../i18n/translate.ts";
import { fieldsOfPbx, makeSecret, type PbxFields, pbxInputOf, pbxPatchOf, problemsOfPbx } from "../model/pbx-form.ts";
import { serverWrong, TextField } from "./field.tsx";
import { Icon } from "./icon.tsx";
import { PbxHistoryFields, type TextOf } from "./pbx-history-fields.tsx";
import { firstWrong, useFocus } from "./use-focus.ts";
import { failureText } from "./words.tsx";

const secret = () => makeSecret(crypto.getRandomValues(new Uint8Array(32)));
/** Where the server reports a field of ours. */
const paths: Partial<Record<keyof PbxFields, string>> = {
	username: "events.username",
	secret: "events.secret",
	controlUsername: "control.username",
	controlSecret: "control.secret",
	recordingsRoot: "recordings",
	dialContext: "dial.context",
	fingerprint: "tls",
	historyPath: "history.path",
	historyHost: "history.host",
	historyPort: "history.port",
	historyDatabase: "history.database",
	historyTable: "history.table",
	historyUsername: "history.username",
	historySecret: "history.secret",
	historyCa: "history.tls",
};

/** Empty: not changed. */
export interface Secrets {
	readonly events: string;
	readonly control: string;
}
interface Props {
	/** Null for a new one. */
	readonly pbx: Pbx | null;
	/** With the secrets as they were typed: the server never shows them again. */
	readonly onSaved: (pbx: Pbx, secrets: Secrets) => void;
	readonly onCancel: () => void;
}

/** Address and accounts of a PBX. The secrets are made here, so that nobody has to invent one. */
export function PbxForm({ pbx, onSaved, onCancel }: Props) {
	const element = useRef<HTMLFormElement>(null);
	const focusWrong = useFocus(() => firstWrong(element.current));
	const fields = useSignal<PbxFields>(fieldsOfPbx(pbx, { events: secret(), control: secret() }));
	const touched = useSignal(false);
	const failure = useSignal<FailureCode | null>(null);
	const server = useSignal<Readonly<Record<string, string>>>({});
	// Whoever opened it is about to type, and the button that opened it may be gone.
	useLayoutEffect(() => element.current?.querySelector("input")?.focus(), []);
	const problems = touched.value ? problemsOfPbx(fields.value, pbx) : {};
	const change = (patch: Partial<PbxFields>) => {
		fields.value = { ...fields.value, ...patch };
	};

	async function save(): Promise<void> {
		touched.value = true;
		server.value = {};
		failure.value = null;
		if (Object.keys(problemsOfPbx(fields.value, pbx)).length === 0) {
			try {
				const saved = pbx
					? await api.editPbx(pbx.id, pbxPatchOf(fields.value, pbx))
					: await api.createPbx(pbxInputOf(fields.value));
				return onSaved(saved, { events: fields.value.secret, control: fields.value.controlSecret });
			} catch (error) {
				if (!(error instanceof ApiError)) throw error;
				failure.value = error.code;
				server.value = error.fields;
			}
		}
		focusWrong();
	}

	const text: TextOf = (key, label, rest = {}) => {
		const problem = problems[key];
		return (
			<TextField
				label={label}
				value={fields.value[key]}
				autocomplete="off"
				wrong={problem ? t(`problem.${problem}`) : serverWrong(server.value, paths[key] ?? key)}
				onValue={(value) => change({ [key]: value })}
				{...rest}
			/>
		);
	};
	return (
		<form
			ref={element}
			class="stack"
			onSubmit={(event) => {
				event.preventDefault();
				void save();
			}}
		>
			<div class="fields">
				{text("name", t("pbx.name"), { placeholder: t("pbx.name-example") })}
				{text("host", t("pbx.host"), { placeholder: "10.0.0.2" })}
				{text("port", t("pbx.port"))}
			</div>
			<label class="check">
				<input
					type="checkbox"
					checked={fields.value.tls}
					onChange={(event) => change({ tls: event.currentTarget.checked })}
				/>
				{t("pbx.tls")}
			</label>
			{fields.value.tls && text("fingerprint", t("pbx.fingerprint"), { hint: t("pbx.fingerprint-hint") })}
			<fieldset class="stack tight">
				<legend class="label title">{t("pbx.events-account")}</legend>
				<div class="fields">
					{text("username", t("pbx.username"))}
					{text("secret", t("pbx.secret"), pbx ? { hint: t("pbx.secret-keep") } : {})}
				</div>
			</fieldset>
			<label class="check">
				<input
					type="checkbox"
					checked={fields.value.withControl}
					onChange={(event) => change({ withControl: event.currentTarget.checked })}
				/>
				{t("pbx.with-control")}
			</label>
			{fields.value.withControl && (
				<div class="fields">
					{text("controlUsername", t("pbx.username"))}
					{text("controlSecret", t("pbx.secret"), pbx?.control ? { hint: t("pbx.secret-keep") } : {})}
					{text("dialContext", t("pbx.dial-context"), { hint: t("pbx.dial-context-hint") })}
				</div>
			)}
			<div class="fields">
				{text("extensionPattern", t("pbx.pattern"), { hint: t("pbx.pattern-hint") })}
				{text("recordingsRoot", t("pbx.recordings"), { hint: t("pbx.recordings-hint") })}
			</div>
			<PbxHistoryFields pbx={pbx} fields={fields.value} change={change} text={text} />
			<div class="row wrap">
				<button type="submit" class="button primary">
					{t("action.save")}
				</button>
				<button type="button" class="button quiet" onClick={onCancel}>
					{t("action.cancel")}
				</button>
				{failure.value && (
					<p class="wrong" role="alert">
						<Icon name="alert" small />
						{failureText(failure.value)}
					</p>
				)}
			</div>
		</form>
	);
}
