import { z } from "zod";
import type { App } from "../http.ts";
import type { PbxAccess } from "../pbx-access.ts";
import { Id } from "../protocol/basics.ts";
import { type Finding, Pbx, PbxCheck, PbxInput, PbxPatch } from "../protocol/pbx.ts";
import { Settings, SettingsPatch } from "../protocol/settings.ts";
import type { Pbxs } from "./pbxs.ts";
import type { CompanySettings } from "./settings.ts";

export interface CompanyRouteDeps {
	readonly settings: CompanySettings;
	readonly pbxs: Pbxs;
	/** Looks at a PBX from outside and says what is wrong with it. */
	readonly check: (access: PbxAccess) => Promise<readonly z.infer<typeof Finding>[]>;
	/** Writes down who changed what. */
	readonly audit: (entry: {
		userId: string;
		action: string;
		subject: string;
		detail?: Readonly<Record<string, unknown>>;
		ipAddress: string;
	}) => Promise<void>;
}

const ById = z.strictObject({ id: Id });

/** The company's own settings, and its PBXs. */
export function registerCompanyRoutes(app: App, deps: CompanyRouteDeps): void {
	registerSettingsRoutes(app, deps);
	registerPbxRoutes(app, deps);
}

function registerSettingsRoutes(app: App, { settings, audit }: CompanyRouteDeps): void {
	app.get("/api/settings", {
		schema: { summary: "What the company decided", response: { 200: Settings } },
		handler: async () => settings.current(),
	});

	app.patch("/api/settings", {
		schema: { summary: "Change company settings", body: SettingsPatch, response: { 200: Settings } },
		async handler(request) {
			const next = await settings.update(request.body);
			const { id: userId } = request.person;
			await audit({
				userId,
				action: "settings.change",
				subject: "settings",
				detail: request.body,
				ipAddress: request.ip,
			});
			return next;
		},
	});
}

function registerPbxRoutes(app: App, { pbxs, check, audit }: CompanyRouteDeps): void {
	app.get("/api/pbx", {
		schema: { summary: "PBXs with their state", response: { 200: z.object({ items: z.array(Pbx), next: z.null() }) } },
		handler: async () => ({ items: await pbxs.list(), next: null }),
	});

	app.post("/api/pbx", {
		schema: { summary: "Add a PBX; it connects by itself", body: PbxInput, response: { 201: Pbx } },
		async handler(request, reply) {
			const pbx = await pbxs.create(request.body);
			const { id: userId } = request.person;
			await audit({ userId, action: "pbx.create", subject: pbx.id, detail: { name: pbx.name }, ipAddress: request.ip });
			return await reply.code(201).send(pbx);
		},
	});

	app.patch("/api/pbx/:id", {
		schema: { summary: "Change a PBX", params: ById, body: PbxPatch, response: { 200: Pbx } },
		async handler(request) {
			const pbx = await pbxs.patch(request.params.id, request.body);
			// Names of the changed fields only: values may be secrets.
			const detail = { name: pbx.name, changed: Object.keys(request.body) };
			await audit({ userId: request.person.id, action: "pbx.change", subject: pbx.id, detail, ipAddress: request.ip });
			return pbx;
		},
	});

	app.delete("/api/pbx/:id", {
		schema: { summary: "Stop listening to a PBX and hide it; its calls stay", params: ById },
		async handler(request, reply) {
			await pbxs.hide(request.params.id);
			const { id: userId } = request.person;
			await audit({ userId, action: "pbx.remove", subject: request.params.id, ipAddress: request.ip });
			return await reply.code(204).send();
		},
	});

	app.post("/api/pbx/:id/check", {
		schema: { summary: "What the doctor finds", params: ById, response: { 200: PbxCheck } },
		handler: async (request) => ({ findings: [...(await check(await pbxs.access(request.params.id)))] }),
	});
}
