import type { Page } from "playwright-core";
import { call, contact, idOf, iso, oleh, olena, petro, pop } from "../../agent-client/src/model/fixtures.ts";
import type { ClientBackend } from "../support/client-backend.ts";
import type { words } from "./words.ts";

/** Somebody who sits before the client, and the words of his language. */
export interface Seat {
	readonly page: Page;
	readonly backend: ClientBackend;
	readonly words: typeof words;
}
/** A screen in one of its states, and the way to it from anywhere. */
export interface View {
	readonly name: string;
	open(seat: Seat): Promise<void>;
}

/** Goes to another page of the client as a link does: nothing is loaded anew, and nothing stays from the page before. */
export async function go(page: Page, path: string): Promise<void> {
	while ((await page.locator("dialog").count()) > 0) await page.keyboard.press("Escape");
	for (const to of ["/nowhere", path]) {
		await page.evaluate(
			`history.pushState(null, "", ${JSON.stringify(to)}); dispatchEvent(new PopStateEvent("popstate"))`,
		);
		if (to === "/nowhere") await page.locator("#main > .nothing").waitFor();
	}
}

/** The page at this address, when `ready` stands on it. */
export const at = (name: string, path: string, ready: string, more?: (seat: Seat) => Promise<void>): View => ({
	name,
	async open(seat) {
		seat.backend.state.reads = "well";
		await go(seat.page, path);
		await seat.page.locator(ready).first().waitFor();
		await more?.(seat);
	},
});

const journals = ["none", "mysql", "postgres", "cel-sqlite", "cel-csv", "cdr-csv"] as const;

const held = (person: typeof olena, n: number, mode: "box" | "mandatory", effect: "paused" | "refused") => ({
	...{ id: idOf(n), callId: idOf(1000 + n), user: person, queue: "sales", mode, effect },
	...{ problem: effect === "refused" ? "Interface not found" : null, saved: false },
	...{ extended: 0, extendable: mode === "box" },
	...{ since: iso(Date.now() - 28_000), until: mode === "box" ? iso(Date.now() + 120_000) : null },
});

/** Every screen of a company at work. */
export const views: readonly View[] = [
	at("desk", "/", ".call-row"),
	at("process", "/process", ".duty-row"),
	at("process-form", `/process?call=${idOf(1001)}`, ".side form", async ({ page, words }) => {
		await page.getByRole("radio", { name: words["status.in_work"] }).check();
	}),
	at("process-wrong", `/process?call=${idOf(1001)}`, ".side form", async ({ page, words }) => {
		await page.getByRole("radio", { name: words["status.refused"] }).check();
		await page.getByRole("button", { name: words["wrap.save"], exact: true }).click();
		await page.getByText(words["problem.reason-missing"]).waitFor();
	}),
	at("process-several", "/process?scope=team&overdue=true", ".select-box", async ({ page }) => {
		for (const box of await page.locator(".select-box").all()) await box.check();
	}),
	at("call-back", "/call-back", ".back-row", async ({ page, words }) => {
		await page.locator(".select-box").first().check();
		await page.getByRole("button", { name: words["duty.claim"] }).first().click();
		await page.getByRole("button", { name: words["duty.release"] }).first().waitFor();
	}),
	at("call-back-close", "/call-back", ".back-row", async ({ page, words }) => {
		await page.getByRole("button", { name: words["duty.dismiss"], exact: true }).first().click();
		await page.getByRole("dialog").waitFor();
	}),
	{
		name: "call-back-take-over",
		async open({ page, backend, words }) {
			for (const duty of backend.state.obligations)
				Object.assign(duty, {
					claimedBy: petro,
					claimedAt: iso(Date.now() - 300_000),
					claimedUntil: iso(Date.now() + 600_000),
				});
			await go(page, "/call-back?scope=escalated");
			await page.getByRole("button", { name: words["duty.take-over"], exact: true }).first().click();
			await page.getByRole("dialog").waitFor();
		},
	},
	at("call-back-taken", "/call-back", ".back-row"),
	at("call-back-closed", "/call-back?scope=closed", ".nothing"),
	at("call-back-answered", "/call-back", ".back-row", async ({ page, words }) => {
		await page.getByRole("button", { name: words["answered.open"] }).last().click();
		const dialog = page.getByRole("dialog");
		await dialog.getByRole("button", { name: words["answered.save"], exact: true }).click();
		await dialog.getByText(words["problem.channel-missing"]).waitFor();
		await dialog.getByRole("radio", { name: words["channel.messenger"] }).check();
	}),
	{
		name: "call-back-answered-closed",
		async open({ page, backend }) {
			const settled = { settledAt: iso(Date.now() - 60_000), settledBy: petro, leftSeconds: null, overdue: false };
			const [first] = backend.state.obligations.filter(({ kind }) => kind === "missed");
			if (!first) throw new Error("nobody was missed");
			backend.state.closed = [
				{
					...{ ...first, ...settled, settledHow: "other-channel", settledChannel: "in-person", reachedSeconds: 1_500 },
					settledComment: "Зайшов в офіс, домовились про поставку до п’ятниці і про рахунок на передоплату",
				},
				{ ...first, ...settled, id: idOf(1), settledHow: "dismissed", settledComment: "Спам" },
			];
			await go(page, "/call-back?scope=closed");
			await page.locator(".back-row").first().waitFor();
		},
	},
	at("plans", "/plans", ".plan-row"),
	at("calls", "/calls?period=all", ".call-row"),
	at("calls-none", "/calls?outcome=busy", ".nothing"),
	at("contacts", "/contacts", ".contact-row"),
	at("contacts-none", "/contacts?q=xyz", ".nothing"),
	at("contact-new", "/contacts/new", "form", async ({ page, words }) => {
		await page.getByRole("button", { name: words["action.save"], exact: true }).click();
		await page.getByText(words["problem.name-missing"]).waitFor();
	}),
	at("contact", `/contacts/${idOf(2001)}`, ".event", async ({ page, words }) => {
		await page.getByRole("button", { name: words["recording.play"] }).first().click();
		await page.locator(".player").waitFor();
	}),
	at("contact-own-period", `/contacts/${idOf(2001)}?period=own&from=2020-01-01&q=%D0%BE`, ".event"),
	at("contact-none-found", `/contacts/${idOf(2001)}?period=own&from=2099-01-01`, ".nothing"),
	at("contact-edit", `/contacts/${idOf(2006)}`, ".event", async ({ page, words }) => {
		await page.getByRole("button", { name: words["action.edit"], exact: true }).click();
		await page.locator(".number-line").waitFor();
	}),
	at("settings", "/settings", "form"),
	at("users", "/admin/users", ".user-row"),
	at("user", "/admin/users", ".user-row", async ({ page, words }) => {
		await page.getByRole("button", { name: words["user.new"] }).click();
		await page.getByRole("button", { name: words["action.save"], exact: true }).click();
		await page.getByText(words["problem.name-missing"]).waitFor();
	}),
	at("pbx", "/admin/pbx", ".panel", async ({ page, words }) => {
		// The red bar has one, too.
		await page.locator(".panel").getByRole("button", { name: words["pbx.check"], exact: true }).first().click();
		await page.locator(".findings").waitFor();
	}),
	...journals.map((kind) =>
		at(`pbx-form-${kind}`, "/admin/pbx", ".panel", async ({ page, words }) => {
			await page.getByRole("button", { name: words["pbx.add"] }).click();
			await page.getByLabel(words["pbx.history"]).selectOption(kind);
			if (kind === "none") return;
			await page.getByLabel(words["pbx.tls"]).check();
			await page.getByRole("button", { name: words["action.save"], exact: true }).click();
			await page.getByText(words["problem.host-missing"]).first().waitFor();
		}),
	),
	at("pbx-edit", "/admin/pbx", ".panel", async ({ page, words }) => {
		await page.getByRole("button", { name: words["action.edit"], exact: true }).click();
		await page.getByLabel(words["pbx.history"]).waitFor();
	}),
	at("observed", `/pbx/${idOf(7001)}/observed`, ".panel"),
	at("floor", "/floor", ".floor-row"),
	{
		name: "floor-unproven",
		async open({ page, backend }) {
			backend.state.floor = "unproven";
			await go(page, "/floor");
			await page.locator("[data-proof=warn]").waitFor();
			await page.locator("[data-journal-problem]").waitFor();
			backend.state.floor = "well";
		},
	},
	at("company", "/admin/company", "form", async ({ page, words }) => {
		await page.getByLabel(words["wrap-up.company"]).selectOption("box-strict");
		await page.getByRole("button", { name: words["wrap-up.add"] }).click();
		await page.getByLabel(words["wrap-up.queue"], { exact: true }).fill("sales");
		await page.getByRole("button", { name: words["wrap-up.add"] }).click();
		await page.getByRole("button", { name: words["action.save"], exact: true }).click();
		await page.getByText(words["problem.queue-missing"]).waitFor();
	}),
	at("nowhere", "/nowhere", ".nothing"),
	at("palette", "/", ".call-row", async ({ page }) => {
		await page.keyboard.press("Control+k");
		await page.getByRole("combobox").fill("іван");
		await page.getByRole("option", { name: "Іваненко" }).first().waitFor();
	}),
	at("palette-pages", "/", ".call-row", async ({ page }) => {
		await page.keyboard.press("Control+k");
		await page.getByRole("option").first().waitFor();
	}),
	at("keys", "/", ".call-row", async ({ page }) => {
		await page.keyboard.press("Shift+?");
		await page.getByRole("dialog").waitFor();
	}),
	at("break", "/floor", ".floor-row", async ({ page, words }) => {
		await page.locator(".own-state button").click();
		await page.getByRole("dialog").getByRole("button", { name: "Навчання", exact: true }).click();
		await page.locator(".own-state", { hasText: "Навчання" }).waitFor();
		await page.getByText(words["break.not-paused"]).waitFor();
	}),
	at("break-menu", "/", ".call-row", async ({ page, words }) => {
		await page.locator(".own-state button").click();
		await page.getByRole("dialog").getByText(words["break.not-paused"]).waitFor();
	}),
	{
		name: "held",
		async open({ page, backend, words }) {
			backend.state.demo = true;
			backend.state.wrapUps = [
				held(olena, 1, "mandatory", "paused"),
				held(petro, 2, "box", "paused"),
				held(oleh, 3, "mandatory", "refused"),
			];
			await page.reload();
			await page.getByRole("button", { name: words["held.show"] }).click();
			const window = page.getByRole("dialog");
			await window.getByRole("button", { name: words["held.release"] }).first().click();
			await window.getByRole("button", { name: words["held.release"] }).nth(1).click();
			await window.getByText(words["held.reason-missing"]).waitFor();
		},
	},
	{
		name: "bars",
		async open({ page }) {
			await page.keyboard.press("Escape");
			await page.getByRole("dialog").waitFor({ state: "detached" });
		},
	},
	{
		name: "cards",
		async open({ page, backend }) {
			backend.state.wrapUps = [];
			backend.state.demo = false;
			await page.reload();
			await go(page, "/calls?period=all");
			await page.locator(".call-row").first().waitFor();
			const known = contact(1);
			backend.ring(pop(call(91, { number: "+380930000001" }), [], olena.id));
			backend.ring(
				pop(
					call(92, { number: "+380930000002" }),
					[known, contact(2, { name: "Шевченко Тарас", owner: olena })],
					olena.id,
				),
			);
			backend.ring(pop(first(), [known], olena.id, { lastContacts: [talk], openObligations: [missed] }));
			await page.locator(".card .candidate").first().waitFor();
		},
	},
	{
		name: "card-wrap-up",
		async open({ page, backend }) {
			const one = first();
			for (const n of [91, 92])
				backend.say({ type: "call.ended", call: { ...call(n), endedAt: iso(Date.now()) }, elsewhere: true, by: petro });
			backend.say({ type: "call.talking", call: { ...one, answeredAt: iso(Date.now()) }, by: olena, pop: null });
			backend.say({ type: "call.ended", call: { ...one, endedAt: iso(Date.now()) }, elsewhere: false, by: null });
			await page.locator(".card.wrap-up").waitFor();
			backend.state.ringing = [];
		},
	},
	{
		name: "offline",
		async open({ page, backend, words }) {
			backend.state.reads = "well";
			await go(page, "/call-back");
			await page.locator(".back-row").first().waitFor();
			backend.cut();
			await page.getByText(words["link.lost"]).waitFor();
		},
	},
	// Its bar stays.
	at("lost-events", "/", ".call-row", async ({ page, backend, words }) => {
		backend.mend();
		await page.getByText(words["link.lost"]).waitFor({ state: "hidden" });
		const [office] = backend.state.pbxs;
		if (office === undefined) return;
		const lost = (state: "reading" | "unknown", events: number | null) => ({ at: iso(Date.now()), events, state });
		const { id, name, state, problem, since } = office;
		const live = { id, name, state, problem, since };
		backend.say({ type: "pbx.state", at: since, pbx: { ...live, lost: lost("reading", 21) } });
		await page.locator("[data-lost=reading]").waitFor();
		backend.say({ type: "pbx.state", at: since, pbx: { ...live, lost: lost("unknown", null) } });
		await page.locator("[data-lost=unknown]").waitFor();
	}),
];

const first = () => call(90, { contact: { id: contact(1).id, name: contact(1).name } });
const talk = {
	callId: idOf(1008),
	at: iso(Date.now() - 86_400_000),
	direction: "inbound" as const,
	outcome: "answered",
	status: "in_work",
	comment: "Передзвонити щодо договору",
	by: oleh,
};
const missed = { id: idOf(4004), callId: idOf(1004), kind: "missed", openedAt: iso(Date.now() - 3_600_000) };
