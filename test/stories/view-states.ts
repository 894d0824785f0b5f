import { idOf } from "../../agent-client/src/model/fixtures.ts";
import { at, go, type Seat, type View } from "./views.ts";

/** Pages that read something. */
const readers = {
	desk: "/",
	process: "/process",
	"call-back": "/call-back",
	plans: "/plans",
	calls: "/calls?period=all",
	contacts: "/contacts",
	contact: `/contacts/${idOf(2001)}`,
	users: "/admin/users",
	pbx: "/admin/pbx",
	observed: `/pbx/${idOf(7001)}/observed`,
	company: "/admin/company",
};

/** The company is read with the page; everything else whenever it is looked at. */
async function anew({ page, backend }: Seat, name: string, path: string): Promise<void> {
	const { reads } = backend.state;
	if (name === "company") {
		// Refused and not unanswered: the browser keeps only six questions open.
		backend.state.reads = "refused";
		await page.reload();
		await page.locator("#main").waitFor();
	}
	backend.state.reads = reads;
	await go(page, path);
}

/** The same screens while they read, and when the reading was refused. */
export const stateViews: readonly View[] = [
	...Object.entries(readers).map(
		([name, path]): View => ({
			name: `${name}-loading`,
			async open(seat) {
				seat.backend.state.reads = "never";
				await anew(seat, name, path);
				await seat.page.locator(".skeleton").first().waitFor();
			},
		}),
	),
	...Object.entries(readers).map(
		([name, path]): View => ({
			name: `${name}-failed`,
			async open(seat) {
				seat.backend.state.reads = "refused";
				await anew(seat, name, path);
				await seat.page.locator(".nothing[role=alert]").first().waitFor();
			},
		}),
	),
	// The floor is told and not asked for: it reads until it is told, and gives up when it is not.
	...(["loading", "failed"] as const).map(
		(phase): View => ({
			name: `floor-${phase}`,
			async open({ page, backend }) {
				backend.state.reads = "well";
				backend.state.floor = "silent";
				await go(page, "/floor");
				await page
					.locator(phase === "loading" ? ".skeleton" : ".nothing[role=alert]")
					.first()
					.waitFor();
			},
		}),
	),
];

/** The same screens before anything has happened. */
export const emptyViews: readonly View[] = [
	at("desk-empty", "/", ".nothing"),
	at("process-empty", "/process", ".nothing"),
	at("call-back-empty", "/call-back", ".nothing"),
	at("plans-empty", "/plans", ".nothing"),
	at("calls-empty", "/calls", ".nothing"),
	at("contacts-empty", "/contacts", ".nothing"),
	at("pbx-empty", "/admin/pbx", ".nothing"),
	at("observed-empty", `/pbx/${idOf(7001)}/observed`, ".nothing"),
	at("floor-empty", "/floor", ".floor .nothing"),
];

/** Before anybody is in. */
export const doorViews: readonly View[] = [
	{
		name: "door",
		async open({ page, backend, words }) {
			await page.goto(backend.url);
			await page.getByRole("button", { name: words["sign-in.enter"] }).waitFor();
		},
	},
	{
		name: "door-first-run",
		async open({ page, backend, words }) {
			backend.state.firstRun = true;
			await page.goto(backend.url);
			await page.getByText(words["sign-in.first-run"]).waitFor();
			await page.getByRole("button", { name: words["sign-in.enter"] }).click();
			await page.getByText(words["sign-in.both"]).waitFor();
		},
	},
];
