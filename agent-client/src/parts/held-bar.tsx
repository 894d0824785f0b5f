import { useSignal } from "@preact/signals";
import { ErrorBoundary, lazy } from "preact-iso";
import type { Me } from "../../../server/protocol/user.ts";
import { held, now } from "../client.ts";
import { t } from "../i18n/translate.ts";
import { holding, secondsHeld } from "../model/held.ts";
import { clock } from "../model/time.ts";
import { Icon } from "./icon.tsx";

const HeldPeople = lazy(() => import("./held-people.tsx"));

/** Why no calls come from the queues, until when, and what ends it; supervisors see everybody's. */
export function HeldBar({ me }: { me: Me }) {
	const open = useSignal(false);
	const all = holding(held.items.value, now.value);
	const own = all.filter(({ user }) => user.id === me.id);
	const others = all.length - own.length;
	const owed = own.find(({ saved }) => !saved);
	const seconds = secondsHeld(own, now.value);
	const trouble = own.find(({ effect }) => effect === "no-control" || effect === "refused" || effect === "offline");
	return (
		<>
			{own.length > 0 && (
				<p class="bar warn">
					<Icon name={trouble ? "alert" : "pause"} small />
					<span class="grow">
						{trouble ? t(`held.${trouble.effect === "no-control" ? "no-control" : "not-paused"}`) : t("held.paused")}{" "}
						{seconds === null ? (
							t("held.until-saved")
						) : (
							<>
								{t(owed && owed.mode !== "box-strict" ? "held.box" : "held.box-strict")}{" "}
								<span class="timer">{clock(seconds)}</span>
							</>
						)}
					</span>
					{owed && (
						<a class="button small" href={`/process?call=${owed.callId}`}>
							{t("held.process")}
						</a>
					)}
				</p>
			)}
			{me.role !== "agent" && others > 0 && (
				<p class="bar">
					<Icon name="pause" small />
					<span class="grow">{t("held.people", { count: others })}</span>
					<button type="button" class="button small" onClick={() => (open.value = true)}>
						{t("held.show")}
					</button>
				</p>
			)}
			{open.value && (
				<ErrorBoundary>
					<HeldPeople onClose={() => (open.value = false)} />
				</ErrorBoundary>
			)}
		</>
	);
}
