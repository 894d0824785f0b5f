import type { Pbx } from "../../../server/protocol/pbx.ts";
import { t } from "../i18n/translate.ts";
import { Icon } from "./icon.tsx";
import type { Secrets } from "./pbx-form.tsx";
import { say } from "./toast.tsx";

/** The server shows a sign in the place of each secret; on this page, right after saving, it is filled in. */
const filled = (stanza: string, secret: string | undefined) =>
	secret ? stanza.replace("<the secret>", secret) : stanza;

/** What to paste into the PBX so that it lets the server in; the secrets only right after they were saved. */
export function Stanzas({ pbx, secrets, open }: { pbx: Pbx; secrets: Secrets | undefined; open: boolean }) {
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
export function Paste({ text }: { text: string }) {
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
