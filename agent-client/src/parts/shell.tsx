import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { ErrorBoundary, lazy, useLocation } from "preact-iso";
import { tinykeys } from "tinykeys";
import type { Me } from "../../../server/protocol/user.ts";
import { bell, jumpTo, live, now, plansDue, session } from "../client.ts";
import { type Key, t } from "../i18n/translate.ts";
import { clock, secondsSince } from "../model/time.ts";
import { Bars } from "./bars.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { Outside } from "./text.tsx";
import { AgentWords, agentTones } from "./words.tsx";

const Palette = lazy(() => import("./palette.tsx"));
const BreakMenu = lazy(() => import("./break-menu.tsx"));
const Keys = lazy(() => import("./keys.tsx"));

interface Place {
	readonly href: string;
	readonly key: Key;
	readonly icon: IconName;
	readonly also?: readonly string[];
}
const places: readonly Place[] = [
	{ href: "/", key: "nav.desk", icon: "desk", also: ["/process", "/call-back", "/plans"] },
	{ href: "/calls", key: "nav.calls", icon: "phone" },
	{ href: "/contacts", key: "nav.contacts", icon: "user" },
	{ href: "/settings", key: "nav.settings", icon: "settings" },
];
const floorPlace: Place = { href: "/floor", key: "nav.floor", icon: "progress" };
const adminPlaces: readonly Place[] = [
	{ href: "/admin/pbx", key: "nav.pbx", icon: "plug" },
	{ href: "/admin/users", key: "nav.users", icon: "users" },
	{ href: "/admin/company", key: "nav.company", icon: "company" },
];

const typing = (event: KeyboardEvent) =>
	event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]");

/** Frame of every page: places, search, own state, bars of trouble. */
export function Shell({ me, children }: { me: Me; children: ComponentChildren }) {
	const window = useSignal<"palette" | "keys" | "break" | null>(null);
	const { path } = useLocation();
	const keysWanted = me.preferences.keys !== false;

	// Whoever presses the key types on at once: the window has to be here by then.
	useEffect(() => {
		Palette.preload().catch(() => undefined);
	}, []);
	useEffect(() => {
		const palette = (event: KeyboardEvent) => {
			event.preventDefault();
			window.value = "palette";
		};
		const unlessTyping = (work: (event: KeyboardEvent) => void) => (event: KeyboardEvent) => {
			if (!typing(event)) work(event);
		};
		if (!keysWanted) return;
		return tinykeys(globalThis.window, {
			"$mod+KeyK": palette,
			"/": unlessTyping(palette),
			"Shift+?": unlessTyping(() => {
				window.value = "keys";
			}),
			"Alt+KeyC": (event) => {
				const card = live.ringing.value[0] ?? live.cards.value[0];
				if (!card) return;
				event.preventDefault();
				jumpTo.value = card.pop.call.id;
			},
			"Alt+KeyJ": (event) => moveRow(event, 1),
			"Alt+KeyK": (event) => moveRow(event, -1),
			"Alt+KeyB": (event) => {
				event.preventDefault();
				document.activeElement?.closest("[data-row]")?.querySelector<HTMLElement>("[data-call-back] button")?.click();
			},
		});
	}, [keysWanted]);

	useEffect(() => {
		// On a narrow screen the places stand in a line that scrolls.
		document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
	}, [path]);

	const { mine, missed } = live.counts.value;
	const owed = mine + missed + plansDue.value;
	const current = (place: Place) =>
		place.href === path || place.also?.includes(path) || (place.href !== "/" && path.startsWith(`${place.href}/`));
	const link = (place: Place) => (
		<a key={place.href} href={place.href} aria-current={current(place) ? "page" : undefined}>
			<Icon name={place.icon} />
			<span>{t(place.key)}</span>
			{place.href === "/" && owed > 0 && <span class="count hot">{owed > 99 ? "99+" : owed}</span>}
		</a>
	);

	return (
		<div class="shell">
			<a class="skip" href="#main">
				{t("nav.skip")}
			</a>
			<nav class="rail" aria-label={t("nav.label")}>
				<a class="brand" href="/" aria-label="Dzvin">
					<img src="/bell.svg" alt="" width="28" height="28" />
					<span>Dzvin</span>
				</a>
				{(me.role === "agent" ? places : places.toSpliced(1, 0, floorPlace)).map(link)}
				{me.role === "admin" && (
					<div class="rail-admin">
						<p class="rail-title">{t("nav.admin")}</p>
						{adminPlaces.map(link)}
					</div>
				)}
			</nav>
			<div class="page">
				<header class="top">
					<button type="button" class="search-button" onClick={() => (window.value = "palette")}>
						<Icon name="search" small />
						<span class="cut">{t("search.hint")}</span>
						<kbd>Ctrl K</kbd>
					</button>
					<OwnState me={me} onMenu={() => (window.value = "break")} />
					{bell.blocked.value && (me.preferences.sound ?? "all") !== "none" && (
						<button
							type="button"
							class="button small"
							aria-label={t("sound.enable")}
							onClick={() => void bell.unlock()}
						>
							<Icon name="sound" small />
							<span class="wide-only">{t("sound.enable")}</span>
						</button>
					)}
					<button
						type="button"
						class="button quiet icon-only small wide-only"
						aria-label={t("keys.title")}
						title={t("keys.title")}
						onClick={() => (window.value = "keys")}
					>
						<Icon name="keyboard" />
					</button>
					<button
						type="button"
						class="button quiet icon-only small"
						aria-label={t("session.sign-out")}
						title={t("session.sign-out")}
						onClick={() => void session.signOut()}
					>
						<Icon name="signout" />
					</button>
				</header>
				<Bars me={me} />
				<main id="main" tabIndex={-1}>
					{children}
				</main>
			</div>
			{window.value !== null && (
				<ErrorBoundary>
					{window.value === "palette" ? (
						<Palette onClose={() => (window.value = null)} />
					) : window.value === "break" ? (
						<BreakMenu onClose={() => (window.value = null)} />
					) : (
						<Keys onClose={() => (window.value = null)} />
					)}
				</ErrorBoundary>
			)}
		</div>
	);
}

/** Alt+J and Alt+K move through the rows of the list on the page. */
function moveRow(event: KeyboardEvent, step: number): void {
	const rows = [...document.querySelectorAll<HTMLElement>("#main [data-row]")];
	if (rows.length === 0) return;
	event.preventDefault();
	const at = rows.findIndex((row) => row.contains(document.activeElement));
	const next = rows[Math.min(rows.length - 1, Math.max(0, at === -1 && step < 0 ? 0 : at + step))];
	const target = next?.matches("a, button") ? next : next?.querySelector<HTMLElement>("a, button");
	target?.focus();
	next?.scrollIntoView({ block: "nearest" });
}

/** Own name and state with its time; it opens the choice between available and a break. */
function OwnState({ me, onMenu }: { me: Me; onMenu: () => void }) {
	const own = live.stateOf(me.id);
	return (
		<p class="own-state">
			<strong class="cut wide-only">
				<Outside text={me.name} />
			</strong>
			{own && (
				<button type="button" class={`chip ${agentTones[own.state]}`} aria-haspopup="dialog" onClick={onMenu}>
					<AgentWords agent={own} />
					<span class="timer">{clock(secondsSince(own.since, now.value))}</span>
					<Icon name="down" small />
				</button>
			)}
		</p>
	);
}
