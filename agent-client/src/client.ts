import { computed, effect, signal } from "@preact/signals";
import type { Settings } from "../../server/protocol/settings.ts";
import type { Colleague, Preferences } from "../../server/protocol/user.ts";
import { createAlerting } from "./alerts/alerting.ts";
import { createBell } from "./alerts/bell.ts";
import { createEscalatedNotices } from "./alerts/escalated-notices.ts";
import { createNotices } from "./alerts/notices.ts";
import { createUnseenNotices } from "./alerts/unseen-notices.ts";
import { createApi, type DemoState } from "./connection/api.ts";
import { ApiError, createRequest } from "./connection/http.ts";
import { type LiveLink, openLive } from "./connection/socket.ts";
import { createWelcome } from "./connection/welcome.ts";
import { preferredLanguage, speak, spoken, t } from "./i18n/translate.ts";
import { createDrafts } from "./model/drafts.ts";
import { createHeld } from "./model/held.ts";
import { createLive } from "./model/live.ts";
import { createRingLeader } from "./model/ring-leader.ts";
import { createSession } from "./model/session.ts";

import { escalatedSentence, incomingSentence, unseenSentence } from "./parts/incoming-sentence.ts";
import { say } from "./parts/toast.tsx";
import { sentence } from "./said/said.ts";

/** The wiring of the client, from top to bottom. Screens take what they need from here. */

const localNow = signal(Date.now());
setInterval(() => {
	localNow.value = Date.now();
}, 1000);
/** Seconds pass, by the server's clock: whatever shows a duration reads this. */
export const now = computed(() => localNow.value + live.skew.value);

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
const request = createRequest({
	fetch: (input, init) => fetch(input, init),
	random: Math.random,
	wait: pause,
	onUnauthenticated: () => session.lost(),
	inWords: sentence,
});
const welcome = createWelcome((within) =>
	fetch("/health/open", { cache: "no-store", signal: AbortSignal.timeout(within) }),
);
export const api = createApi(request);
export const drafts = createDrafts(sessionStorage);

export const link = signal<LiveLink | null>(null);
export const live = createLive({
	now: Date.now,
	me: () => session.me.value?.id ?? null,
	leads: () => session.role.value !== "agent",
	wrapUps: drafts.open,
	send: (message) => link.value?.send(message),
	// Two frames: the first one draws, and when the second begins the first is on the screen.
	afterPaint: (work) => requestAnimationFrame(() => requestAnimationFrame(work)),
	later: (work, milliseconds) => setTimeout(work, milliseconds),
	random: Math.random,
});

export const settings = signal<Settings | null>(null);
/** Who is kept from the queues until a call is processed. */
export const held = createHeld({
	async read() {
		try {
			return (await api.wrapUps()).items;
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			return null;
		}
	},
	settings: () => settings.value,
	later: (work, milliseconds) => setTimeout(work, milliseconds),
});
export const colleagues = signal<readonly Colleague[]>([]);
export const demo = signal<DemoState | null>(null);
/** Planned contacts whose day has come. */
export const plansDue = signal(0);

const languageKey = "dzvin:language";
const themeKey = "dzvin:theme";
const remember = (key: string, value: string) => {
	try {
		localStorage.setItem(key, value);
	} catch {
		// No storage: the next visit begins with the browser's language and theme.
	}
};
/** Shows the page in this language and theme; both are kept for the sign-in page. */
export function applyPreferences(preferences: Preferences): void {
	if (preferences.language && preferences.language !== spoken()) void speak(preferences.language);
	if (preferences.language) remember(languageKey, preferences.language);
	if (preferences.theme) remember(themeKey, preferences.theme);
	const theme = preferences.theme ?? localStorage.getItem(themeKey) ?? "system";
	if (theme === "system") delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme;
}
/** Language and theme before anybody signed in. */
export async function begin(): Promise<void> {
	const kept = localStorage.getItem(languageKey);
	applyPreferences({});
	await speak(preferredLanguage(kept ? [kept] : navigator.languages));
}
effect(() => {
	document.documentElement.lang = spoken();
});

let surroundings: "unread" | "read" | "due" = "unread";
/** What the screens need beside the live picture; read anew when we are back. */
async function readSurroundings(): Promise<void> {
	surroundings = "read";
	const quietly = async <T>(reading: Promise<T>, put: (value: T) => void) => {
		try {
			put(await reading);
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
		}
	};
	await Promise.all([
		quietly(api.settings(), (value) => {
			settings.value = value;
		}),
		quietly(api.colleagues(), (page) => {
			colleagues.value = page.items;
		}),
		quietly(api.demo(), (value) => {
			demo.value = value;
		}),
		readPlans(),
		held.look(),
	]);
}
/** At once the first time. Later they are there already, and everybody may have returned in this moment. */
function readSurroundingsSoon(): void {
	const before = surroundings;
	surroundings = "due";
	if (before === "unread") void readSurroundings();
	if (before === "read") setTimeout(() => void readSurroundings(), Math.random() * 20_000);
}
/** Counts the plans of today and before. */
export async function readPlans(): Promise<void> {
	try {
		const { items } = await api.tasks({ limit: 100 });
		const end = new Date().setHours(24, 0, 0, 0);
		plansDue.value = items.filter((task) => task.doneAt === null && new Date(task.dueAt).getTime() < end).length;
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
	}
}

export const session = createSession({
	api,
	onPreferences: applyPreferences,
	onIn() {
		surroundings = "unread";
		live.reset();
		held.reset();
		link.value?.close();
		link.value = openLive({
			url: () => `${location.origin.replace(/^http/, "ws")}/api/live`,
			now: Date.now,
			random: Math.random,
			wait: pause,
			welcome,
			onMessage(message) {
				live.receive(message);
				held.hear(message);
				if (message.type === "snapshot") readSurroundingsSoon();
			},
			onDoubt: () => void session.look(),
		});
	},
	onOut(expired) {
		link.value?.close();
		link.value = null;
		live.reset();
		held.reset();
		if (!expired) sessionStorage.clear();
	},
});

export const lost = computed(() => {
	const state = link.value?.state.value;
	return state?.kind === "lost" ? state : null;
});

export const bell = createBell(() => new AudioContext());
export const notices = createNotices();
const leader = createRingLeader({
	channel: new BroadcastChannel("dzvin-ring"),
	tab: crypto.getRandomValues(new Uint32Array(2)).join("-"),
	rank: () => (document.hasFocus() ? 0 : document.visibilityState === "visible" ? 1 : 2),
	wait: (work, milliseconds) => setTimeout(work, milliseconds),
});
/** The call whose card should get the focus; the card takes it and clears it. */
export const jumpTo = signal<string | null>(null);
export const alerting = createAlerting({
	live,
	leader,
	bell,
	notices,
	preferences: () => session.preferences.value,
	pageInUse: () => document.hasFocus(),
	sentence: incomingSentence,
	jump: (callId) => {
		jumpTo.value = callId;
	},
});

/** "I see it": of a colleague's phone that rings. */
export const sayISee = (id: string) => link.value?.send({ type: "seen", id });
createUnseenNotices({
	live,
	notices,
	wanted: () => !document.hasFocus() && session.preferences.value.notices !== false,
	sentence: unseenSentence,
	onSeen: sayISee,
});
createEscalatedNotices({
	hear: live.hear,
	leads: () => session.role.value !== "agent",
	now: () => now.peek(),
	say(to, obligation) {
		const sentence = escalatedSentence(to, obligation);
		say(sentence, "bad");
		if (document.hasFocus() || session.preferences.value.notices === false) return;
		notices.show(obligation.id, t("tab.call-back"), sentence, () => {});
	},
});

// Cards that show a wrap-up form open again after a reload.
effect(() => {
	if (live.picture.value.seq === null) return;
	drafts.setOpen(live.cards.value.filter((card) => card.phase.kind === "wrap-up").map((card) => card.pop.call.id));
});

for (const event of ["pointerdown", "keydown"] as const) {
	addEventListener(event, () => void bell.unlock(), { once: true, capture: true });
}
addEventListener("online", () => link.value?.wake());
document.addEventListener("visibilitychange", () => {
	if (document.visibilityState === "visible") link.value?.wake();
});
addEventListener("pagehide", () => leader.leave());
// A part of an older build is gone after an update of the server: load the page anew, but never while
// the server cannot be reached, or the cards on the screen would be lost with the page.
const stale = signal(false);
addEventListener("vite:preloadError", () => {
	stale.value = true;
});
effect(() => {
	const reachable = link.value?.state.value.kind === "open" || session.state.value.kind !== "in";
	if (stale.value && reachable) setTimeout(() => location.reload(), 1500);
});
