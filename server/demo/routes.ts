import type { App } from "../http.ts";
import { DemoState, SimulateInput } from "../protocol/demo.ts";
import type { Demo } from "./demo.ts";

export interface DemoRouteDeps {
	readonly demo: Demo;
	/** Writes down that the demo was taken away. */
	readonly audit: (entry: { userId: string; action: string; subject: string; ipAddress: string }) => Promise<void>;
}

/** The demo: what can be played, playing it, and taking all of it away. */
export function registerDemoRoutes(app: App, { demo, audit }: DemoRouteDeps): void {
	app.get("/api/demo", {
		schema: { summary: "Whether there is demo data, and which calls can be played", response: { 200: DemoState } },
		async handler(request) {
			// The client asks this once when a desk comes up, which is the moment for the first call.
			demo.welcome(request.person.id, request.person.extension);
			return demo.state();
		},
	});

	app.post("/api/demo/simulate", {
		schema: { summary: "Let a demo call ring at one's own extension", body: SimulateInput },
		async handler(request, reply) {
			await demo.simulate(request.body.scenario, request.person.extension);
			return await reply.code(202).send();
		},
	});

	app.delete("/api/demo", {
		schema: { summary: "Remove all demo data and the demo PBX" },
		async handler(request, reply) {
			await demo.remove();
			await audit({ userId: request.person.id, action: "demo.remove", subject: "demo", ipAddress: request.ip });
			return await reply.code(204).send();
		},
	});
}
