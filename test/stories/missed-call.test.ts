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
