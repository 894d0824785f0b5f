import type { PbxCheck } from "../../../server/protocol/pbx.ts";
import type { Said } from "../../../server/protocol/said.ts";
import { t } from "../i18n/translate.ts";
import { Icon } from "./icon.tsx";
import { Paste } from "./pbx-stanzas.tsx";
import { Spoken } from "./spoken.tsx";

const findingLook = {
	ok: { tone: "good", icon: "check", key: "finding.ok" },
	warning: { tone: "warn", icon: "alert", key: "finding.warning" },
	error: { tone: "bad", icon: "refused", key: "finding.error" },
} as const;

/** The doctor's findings, each with the line that mends it. */
export function Findings({ check }: { check: PbxCheck }) {
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
