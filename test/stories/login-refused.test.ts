import { afterAll, beforeAll, expect, test } from "vitest";
import { misfits } from "./layout.ts";
import { type Office, openOffice, signIn, until } from "./office.ts";
import { words } from "./words.ts";

let office: Office;
beforeAll(async () => {
	office = await openOffice();
});
afterAll(() => office?.close());

test("an account that was mended on the PBX: the red bar says what to do, and its button brings us back at once", async () => {
	const seat = await office.browser.open({ width: 360, dark: true });
	await seat.page.goto(office.server.base);
	await signIn(seat.page, "admin@example.com");
	const agent = await office.sit(office.people.olena);
	const logins = () => office.pbx.actions.filter(({ action }) => action?.toLowerCase() === "login").length;

	office.pbx.behaviour.refuseLogin = true;
	office.pbx.cut();
	const bar = seat.page.locator(".bar.bad", { hasText: words["pbx.bar.mended"] });
	await bar.waitFor();
	expect(await misfits(seat.page)).toEqual([]);
	const pictures = process.env.DZVIN_SCREENS;
	if (pictures) await seat.page.screenshot({ path: `${pictures}/login-refused-360-dark.png` });
	// Agents cannot mend it, and read that it is so.
	await agent.page.locator(".bar.bad", { hasText: "Office" }).waitFor();
	expect(await agent.page.getByText(words["pbx.bar.mended"]).count()).toBe(0);

	// Pressed too early it says so, and the bar stays.
	const check = bar.getByRole("button", { name: words["pbx.check"] });
	await check.focus();
	await seat.page.keyboard.press("Enter");
	await seat.page.locator(".toasts .notice.bad").waitFor();
	await until(async () => logins() > 2);
	await bar.waitFor();

	office.pbx.behaviour.refuseLogin = false;
	const mended = Date.now();
	await check.click();
	await seat.page.getByText(words["pbx.bar.logs-in"]).waitFor();
	await bar.waitFor({ state: "detached" });
	await agent.page.locator(".bar.bad").waitFor({ state: "detached" });
	const { items } = (await office.server.call("GET", "/api/pbx", { cookie: office.admin })).json;
	expect(items[0].state).toBe("connected");
	expect(Date.now() - mended).toBeLessThan(30_000);
	expect(seat.problems).toEqual([]);
	expect(agent.problems).toEqual([]);
}, 90_000);
