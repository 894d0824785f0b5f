import { type Key, t } from "../i18n/translate.ts";
import { Dialog } from "./dialog.tsx";

const keys: readonly (readonly [presses: readonly string[], meaning: Key])[] = [
	[["Ctrl", "K"], "keys.search"],
	[["/"], "keys.search"],
	[["?"], "keys.this"],
	[["Alt", "C"], "keys.card"],
	[["Alt", "N"], "keys.note"],
	[["1"], "keys.digits"],
	[["Ctrl", "↵"], "keys.save"],
	[["Alt", "J"], "keys.next-row"],
	[["Alt", "K"], "keys.row-before"],
	[["Alt", "B"], "keys.call-back"],
	[["Esc"], "keys.close"],
];

/** The list behind `?`. */
export default function Keys({ onClose }: { onClose: () => void }) {
	return (
		<Dialog title={t("keys.title")} onClose={onClose}>
			<dl class="keys">
				{keys.map(([presses, meaning]) => (
					<div key={presses.join()} class="row">
						<dt>
							{presses[0] === "1" ? (
								<>
									<kbd>1</kbd>–<kbd>4</kbd>
								</>
							) : (
								presses.map((press) => <kbd key={press}>{press}</kbd>)
							)}
						</dt>
						<dd>{t(meaning)}</dd>
					</div>
				))}
			</dl>
			<p class="muted small">{t("keys.off-hint")}</p>
		</Dialog>
	);
}
