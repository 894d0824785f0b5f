import Fastify from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { journalOf } from "../../server/asterisk/history/history.ts";
import { createReconciler } from "../../server/calls/reconcile/reconcile.ts";
import { createObserver } from "../../server/observed/observe.ts";
import { registerObservedRoutes } from "../../server/observed/routes.ts";
import { createWindows } from "../../server/observed/windows.ts";
import type { HistoryFile } from "../../server/pbx-access.ts";
import { Observed } from "../../server/protocol/observed.ts";
import { until } from "../end-to-end/until.ts";
import { type Company, monday } from "../records/company.ts";

const minute = 60_000;

/** A PBX that is watched by a clock of ours, and its page "What we saw". The journal is read when a test says so. */
export async function watch(company: Company, history: HistoryFile) {
	const windows = createWindows(company.database.pools.ingest);
	let time = monday;
	const reconcile = createReconciler({
		pool: company.database.pools.ingest,
		recorder: company.recorder,
		now: () => time,
		log: { error() {} },
	});
	let kept = history;
	const pbx = () => ({ id: company.pbxId, extensionPattern: "^\\d{3}$", journal: journalOf(kept) });
	const observer = createObserver({
		...{ leads: () => true, windows, reconcile },
		log: { info() {}, warn() {} },
		now: () => time,
	});

	async function page(): Promise<Observed> {
		const app = Fastify().withTypeProvider<ZodTypeProvider>();
		app.setValidatorCompiler(validatorCompiler);
		app.setSerializerCompiler(serializerCompiler);
		const named = { id: company.pbxId, name: "Office", history: kept };
		registerObservedRoutes(app, { windows: createWindows(company.database.pools.ui), pbx: async () => named });
		const answer = await app.inject({ url: `/api/pbx/${company.pbxId}/observed` });
		await app.close();
		return Observed.parse(answer.json());
	}

	observer.set([pbx()]);
	observer.onState(company.pbxId, "connected", time);
	observer.onEvents(company.pbxId, [{ kind: "snapshot", at: time, boot: "one", channels: [] }], time);
	await observer.idle();
	observer.start();

	return {
		page,
		now: () => time,
		/** So many minutes pass. */
		pass(minutes: number) {
			time += minutes * minute;
		},
		/** From now on it is not seen. */
		away() {
			observer.onState(company.pbxId, "away", time);
		},
		async back() {
			observer.onState(company.pbxId, "connected", time);
			await observer.idle();
		},
		/** Its settings name another journal. */
		names(other: HistoryFile) {
			kept = other;
			observer.set([pbx()]);
		},
		/** The page after the journal was read once more, and the day counted where `counting`. */
		async read(counting = false): Promise<Observed> {
			if (counting) await company.rows("update observations set counted_at = null");
			time += 61_000;
			return await until("it is read", async () => {
				const seen = await page();
				const { journal, daily } = seen;
				const read = journal?.readAt === new Date(time).toISOString();
				return read && (!counting || daily !== null) ? seen : null;
			});
		},
		codes: ({ journal }: Observed) => journal?.said?.map(({ code }) => code) ?? [],
		stop: () => observer.stop(),
	};
}

export type WatchedPbx = Awaited<ReturnType<typeof watch>>;
