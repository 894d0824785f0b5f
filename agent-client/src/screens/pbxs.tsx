import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Pbx } from "../../../server/protocol/pbx.ts";
import { api } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { Icon } from "../parts/icon.tsx";
import { PbxForm, type Secrets } from "../parts/pbx-form.tsx";
import { PbxPanel } from "../parts/pbx-panel.tsx";
import { ListState, Nothing } from "../parts/states.tsx";
import { say } from "../parts/toast.tsx";
import { useFocus } from "../parts/use-focus.ts";
import { useList } from "../parts/use-list.ts";

/** The telephone systems: how they are, what is wrong, which lines to paste. */
export default function Pbxs() {
	const list = useList<Pbx>("pbxs", () => api.pbxs(), false);
	const adding = useSignal(false);
	const add = useRef<HTMLButtonElement>(null);
	const focusAdd = useFocus(() => add.current);
	const stopAdding = () => {
		adding.value = false;
		focusAdd();
	};
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
					<button ref={add} type="button" class="button primary" onClick={() => (adding.value = true)}>
						<Icon name="plus" />
						{t("pbx.add")}
					</button>
				)}
			</div>
			{adding.value && (
				<section class="panel" aria-labelledby="pbx-new">
					<header>
						<h2 id="pbx-new">{t("pbx.add")}</h2>
					</header>
					<div class="body">
						<PbxForm
							pbx={null}
							onCancel={stopAdding}
							onSaved={(pbx, typed) => {
								stopAdding();
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
