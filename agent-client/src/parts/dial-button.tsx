import { useSignal } from "@preact/signals";
import { api, session } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { writtenNumber } from "../model/number.ts";
import { attempt } from "./attempt.ts";
import { Icon } from "./icon.tsx";

/** Click to call from the person's own extension: his phone rings first. */
export function DialButton(props: {
	number: string;
	contactId?: string | undefined;
	label?: boolean;
	small?: boolean;
}) {
	const dialling = useSignal(false);
	const extension = session.me.value?.extension ?? null;
	const title = extension ? t("dial.to", { number: writtenNumber(props.number) }) : t("dial.no-extension");
	return (
		<button
			type="button"
			class={`button ${props.small ? "small" : ""} ${props.label ? "" : "icon-only"}`}
			title={title}
			aria-label={props.label ? undefined : title}
			disabled={dialling.value || extension === null}
			onClick={async () => {
				dialling.value = true;
				await attempt(api.dial(props.number, props.contactId), t("dial.ringing-you"));
				dialling.value = false;
			}}
		>
			<Icon name="phone" small={props.small ?? false} />
			{props.label && t("dial.call")}
		</button>
	);
}
