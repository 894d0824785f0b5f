import { afterAll, beforeAll, expect, test } from "vitest";
import { type Office, openOffice, until } from "./office.ts";
import { words } from "./words.ts";

let office: Office;
beforeAll(async () => {
	office = await openOffice();
});
afterAll(() => office?.close());

test("a missed call waits under Call back until somebody has spoken with the client", async () => {
	const { olena, petro } = office.people;
	await office.contact({ name: "Шевченко Тарас", ownerId: olena.id, numbers: [{ raw: "0501112233" }] });
	const { page, problems } = await office.sit(olena);
	const colleague = await office.sit(petro);
	await colleague.page.goto(`${office.server.base}/call-back`);

	const missed = await office.stage("direct-given-up", { number: "0501112233" });
	await missed.ring();
	await page.locator(".card.ringing").waitFor();
	await missed.end();
	await page.locator(".card.gone").waitFor();
	await page.locator(".card").waitFor({ state: "detached", timeout: 3000 });

	await page.getByRole("link", { name: words["tab.call-back"] }).click();
	const row = page.locator(".back-row", { hasText: "Шевченко Тарас" });
	await row.waitFor();
	expect(await row.innerText()).toContain(words["duty.new"]);
	await row.getByRole("button", { name: words["duty.claim"] }).click();
	await row.getByText(words["duty.claimed"], { exact: true }).waitFor();

	// The phone of the person rings first: the PBX is asked to.
	await row.getByRole("button", { name: words["dial.call"] }).click();
	await until(async () => office.pbx.actions.some((action) => action.action?.toLowerCase() === "originate"));
	const originate = office.pbx.actions.find((action) => action.action?.toLowerCase() === "originate");
	expect(JSON.stringify(originate)).toContain("101");

	const back = await office.stage("outbound-answered", { number: "0501112233" });
	await back.end();
	await row.waitFor({ state: "detached" });
	await page.getByRole("link", { name: words["scope.closed"] }).click();
	const closed = page.locator(".back-row", { hasText: "Шевченко Тарас" });
	await closed.waitFor();
	expect(problems).toEqual([]);
	expect(colleague.problems).toEqual([]);
}, 60_000);

test("closing without a call wants a reason, and the list keeps who gave it", async () => {
	const { olena } = office.people;
	const { page } = await office.sit(olena);
	const missed = await office.stage("direct-given-up", { number: "0501119999" });
	await missed.end();
	await page.goto(`${office.server.base}/call-back`);
	const row = page.locator(".back-row", { hasText: "+380 50 111-99-99" });
	await row.waitFor();
	await row.getByRole("button", { name: words["duty.dismiss"] }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByRole("button", { name: words["duty.dismiss-title"] }).click();
	await dialog.getByText(words["problem.comment-missing"]).waitFor();
	await dialog.getByLabel(words["wrap.comment"], { exact: true }).fill("Помилка номером");
	await dialog.getByRole("button", { name: words["duty.dismiss-title"] }).click();
	await row.waitFor({ state: "detached" });
	await page.getByRole("link", { name: words["scope.closed"] }).click();
	await row.getByText(words["duty.dismissed"], { exact: true }).waitFor();
	expect(await row.innerText()).toContain("Олена Ткаченко");
}, 60_000);

test("a client who was answered another way is closed from the keyboard, with the channel and the words", async () => {
	const { olena } = office.people;
	const { page, problems } = await office.sit(olena);
	await (await office.stage("direct-given-up", { number: "0501117777" })).end();
	await page.goto(`${office.server.base}/call-back`);
	const row = page.locator(".back-row", { hasText: "+380 50 111-77-77" });
	const open = row.getByRole("button", { name: words["answered.open"] });
	await open.focus();
	await page.keyboard.press("Enter");
	const dialog = page.getByRole("dialog", { name: words["answered.title"] });
	const comment = dialog.getByLabel(words["wrap.comment"], { exact: true });
	await comment.focus();
	await page.keyboard.type("Відповіли на SMS");
	await page.keyboard.press("Control+Enter");
	await dialog.getByText(words["problem.channel-missing"]).waitFor();
	// The focus is where something is missing; closed and opened again nothing is lost.
	await dialog.locator("fieldset input:focus").waitFor();
	await page.keyboard.press("Escape");
	await dialog.waitFor({ state: "detached" });
	await open.focus();
	await page.keyboard.press("Enter");
	expect(await comment.inputValue()).toBe("Відповіли на SMS");
	await dialog.getByRole("radio").first().focus();
	await page.keyboard.press("3");
	expect(await dialog.getByRole("radio", { name: words["channel.sms"] }).isChecked()).toBe(true);
	await page.keyboard.press("Control+Enter");
	await row.waitFor({ state: "detached" });
	await page.getByRole("link", { name: words["scope.closed"] }).click();
	await row.getByText(words["duty.answered"], { exact: true }).waitFor();
	const said = await row.innerText();
	for (const text of ["SMS", "Відповіли на SMS", "Олена Ткаченко"]) expect(said).toContain(text);
	expect(said).not.toContain(words["duty.dismissed"]);
	expect(problems).toEqual([]);
}, 60_000);

test("who types while a colleague takes the client loses no word and reads who has the client", async () => {
	const { olena, petro } = office.people;
	const seat = await office.sit(petro);
	await (await office.stage("direct-given-up", { number: "0501118888" })).end();
	const { page } = seat;
	await page.goto(`${office.server.base}/call-back`);
	const row = page.locator(".back-row", { hasText: "+380 50 111-88-88" });
	const { items } = await office.read("/api/obligations?kind=missed", olena);
	const id = items.find((one: { number: string }) => one.number === "+380501118888")?.id;
	for (const [open, save] of [
		["duty.dismiss", "duty.dismiss-title"],
		["answered.open", "answered.save"],
	] as const) {
		await row.getByRole("button", { name: words[open], exact: true }).click();
		const dialog = page.getByRole("dialog");
		await dialog.getByLabel(words["wrap.comment"], { exact: true }).fill("Відповіли листом");
		if (open === "answered.open") await dialog.getByRole("radio", { name: words["channel.letter"] }).check();
		await office.post(`/api/obligations/${id}/claim`, {}, olena.cookie);
		await dialog.getByRole("button", { name: words[save], exact: true }).click();
		await dialog.getByRole("alert").getByText("Олена Ткаченко").waitFor();
		expect(await dialog.getByLabel(words["wrap.comment"], { exact: true }).inputValue()).toBe("Відповіли листом");
		await page.keyboard.press("Escape");
		await office.post(`/api/obligations/${id}/claim`, undefined, olena.cookie, "DELETE");
		await row.getByRole("button", { name: words["duty.claim"] }).waitFor();
	}
	await office.post(`/api/obligations/${id}/dismiss`, { comment: "Спам" }, olena.cookie);
	await row.waitFor({ state: "detached" });
	expect(seat.problems).toEqual([]);
}, 60_000);

test("who is not called back in time goes to the team and to the supervisor, who takes over what a colleague sits on", async () => {
	const { olena, petro } = office.people;
	const boss = await office.server.hire("supervisor", null, "Ірина Керівник");
	await office.contact({ name: "Кравець Ольга", ownerId: olena.id, numbers: [{ raw: "0501113344" }] });
	await (await office.stage("direct-given-up", { number: "0501113344" })).end();
	const { pools } = office.server.dzvin.database;
	const come = () => pools.ui.query("update obligations set escalates_at = now() where settled_at is null");
	await until(async () => (await pools.ui.query("select 1 from obligations where settled_at is null")).rowCount === 1);
	const colleague = await office.sit(petro);
	await colleague.page.goto(`${office.server.base}/call-back`);
	await colleague.page.getByText(words["call-back.none"]).waitFor();
	const supervisor = await office.sit(boss);

	// It is the team's: the colleague hears of it, sees since when and how much time is left, and takes it.
	await come();
	await colleague.page.getByRole("status").getByText("Кравець Ольга").waitFor();
	const row = colleague.page.locator(".back-row", { hasText: "Кравець Ольга" });
	await row.locator('[data-escalated="team"]').waitFor();
	expect(await row.innerText()).toMatch(/лишилося \W?\d+ хв/);
	await row.getByRole("button", { name: words["duty.claim"] }).click();
	await row.getByText(/звільниться о/).waitFor();

	// It comes to the supervisor: a sentence, the page Now, the list with its mark.
	await come();
	const { page, problems } = supervisor;
	await page.getByRole("status").getByText("Кравець Ольга").waitFor();
	await page.getByRole("link", { name: words["nav.floor"], exact: true }).click();
	const figure = page.locator(".figure", { hasText: words["floor.escalated"] });
	await expect.poll(() => figure.locator("dd").innerText(), { timeout: 10_000 }).toMatch(/^1/);
	await figure.getByRole("link").click();
	const held = page.locator(".back-row", { hasText: "Кравець Ольга" });
	await held.locator('[data-escalated="supervisor"]').waitFor();
	expect(await held.getByRole("button", { name: words["dial.call"] }).count()).toBe(0);

	// By keyboard; a window that is closed changes nothing.
	const takeOver = held.getByRole("button", { name: words["duty.take-over"], exact: true });
	await takeOver.focus();
	await page.keyboard.press("Enter");
	const dialog = page.getByRole("dialog", { name: words["duty.take-over-title"] });
	await dialog.getByText("Петро Гудзь").waitFor();
	await page.keyboard.press("Escape");
	await dialog.waitFor({ state: "detached" });
	await takeOver.focus();
	await page.keyboard.press("Enter");
	await dialog.getByRole("button", { name: words["duty.take-over-title"] }).focus();
	await page.keyboard.press("Enter");
	await held.getByText("Ірина Керівник").waitFor();
	await held.getByRole("button", { name: words["dial.call"] }).waitFor();
	await row.getByText("Ірина Керівник").waitFor();
	expect(await row.getByRole("button", { name: words["duty.claim"] }).count()).toBe(0);

	// Somebody speaks with the client at last: how long it took is a figure.
	await (await office.stage("outbound-answered", { number: "0501113344" })).end();
	await held.waitFor({ state: "detached" });
	await page.getByRole("link", { name: words["scope.closed"] }).click();
	await held.getByText(/за \W?\d+ хв/).waitFor();
	await page.goto(`${office.server.base}/floor`);
	const reached = page.locator(".figure", { hasText: words["floor.reached"] }).locator("dd");
	await expect.poll(() => reached.innerText(), { timeout: 10_000 }).toMatch(/хв/);
	expect(problems).toEqual([]);
	expect(colleague.problems).toEqual([]);
}, 60_000);
