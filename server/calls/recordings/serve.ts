import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Pool } from "pg";
import { z } from "zod";
import { timeOfId } from "../../../db/id.ts";
import { DzvinError } from "../../errors.ts";
import type { App, Person } from "../../http.ts";
import { Id } from "../../protocol/basics.ts";
import { say } from "../../protocol/sentences.ts";
import { visibleCall } from "../routes.ts";
import { mayHear } from "../visibility.ts";
import { inspect } from "./inspect.ts";
import { openRecording } from "./open-file.ts";
import { createPlays } from "./plays.ts";
import { rangeOf } from "./range.ts";
import { sendRange } from "./stream.ts";
import { repairedHeader } from "./wav.ts";

export interface RecordingRoutesDeps {
	readonly pool: Pool;
	/** Keeps that a person listened; stands before the first byte is sent. */
	audit(entry: {
		userId: string;
		action: "recording.play";
		subject: string;
		detail: Record<string, unknown>;
		ipAddress: string;
	}): Promise<void>;
	readonly now: () => number;
}

const Params = z.strictObject({ id: Id, n: z.coerce.number().int().min(0).max(32_767) });

/** The sound of a call, by the call's id and the recording's place in it. */
export function registerRecordingRoutes(app: App, deps: RecordingRoutesDeps): void {
	const plays = createPlays();

	app.get(
		"/api/calls/:id/recordings/:n",
		{ schema: { params: Params }, exposeHeadRoute: true },
		async (request, reply) => {
			const { id, n } = request.params;
			const { person } = request;
			const { call, userIds } = await visibleCall(deps.pool, person, id);
			if (!mayHear(person, { direction: call.direction, userIds })) {
				throw new DzvinError("forbidden", say("refused.hear-own"));
			}
			const opened = await openFor(deps.pool, call.id, n);
			const { handle, size } = opened;
			try {
				const found = await inspect(opened);
				if (found.state === "empty") throw new DzvinError("not-found", say("refused.recording-empty"));
				if (found.state === "unplayable") {
					throw new DzvinError("not-found", say("refused.recording-format"));
				}
				reply.headers({
					"content-type": found.type,
					"accept-ranges": "bytes",
					"cache-control": "no-store",
					"x-content-type-options": "nosniff",
					"content-disposition": "inline",
				});
				const range = rangeOf(request.headers.range, size);
				if (range === "unsatisfiable") {
					reply.header("content-range", `bytes */${size}`);
					throw new DzvinError("range-not-satisfiable", say("refused.recording-shorter"));
				}
				const part = range === "whole" ? { start: 0, end: size - 1 } : range;
				reply.header("content-length", part.end - part.start + 1);
				if (range !== "whole") {
					reply.code(206).header("content-range", `bytes ${part.start}-${part.end}/${size}`);
				}
				if (request.method === "HEAD") {
					await handle.close();
					// Not nothing: for that fastify answers a length of 0.
					return await reply.send(Readable.from([]));
				}
				await auditPlay(request, person, call.id, n, part.start === 0);
				const head = found.header ? repairedHeader(found.header, size) : Buffer.alloc(0);
				reply.hijack();
				reply.raw.writeHead(reply.statusCode, headersOf(reply));
				await sendRange(handle, head, part, reply.raw);
				return reply;
			} catch (error) {
				await handle.close();
				clear(reply);
				throw error;
			}
		},
	);

	async function auditPlay(request: FastifyRequest, person: Person, callId: string, n: number, fromTheStart: boolean) {
		const recording = `${callId}/${n}`;
		if (!plays.begins(person.id, recording, fromTheStart, deps.now())) return;
		await deps.audit({
			userId: person.id,
			action: "recording.play",
			subject: callId,
			detail: { recording: n },
			ipAddress: request.ip,
		});
	}
}

/** As node takes them; fastify leaves out none of them but by its own `send`. */
function headersOf(reply: FastifyReply): Record<string, string | string[] | number> {
	const set = Object.entries(reply.getHeaders());
	return Object.fromEntries(set.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** An error is JSON and has a length of its own. */
function clear(reply: FastifyReply): void {
	for (const name of ["content-type", "content-length", "content-disposition", "accept-ranges"]) {
		reply.removeHeader(name);
	}
}

interface Row {
	readonly path: string;
	readonly root: string | null;
}

async function openFor(pool: Pool, callId: string, n: number) {
	const { rows } = await pool.query<Row>({
		name: "recording-file",
		text: `select r.path, p.recordings_root as root
from recordings r join calls c on c.id = r.call_id and c.started_at = r.call_started_at join pbxs p on p.id = c.pbx_id
where r.call_id = $1 and r.call_started_at = $2 and c.started_at = $2 and r.index = $3`,
		values: [callId, new Date(timeOfId(callId)).toISOString(), n],
	});
	const row = rows[0];
	if (!row) throw new DzvinError("not-found", say("refused.no-recording"));
	if (row.root === null) {
		throw new DzvinError("not-found", say("refused.no-recordings-folder"));
	}
	const opened = await openRecording(row.root, row.path);
	if (opened === "denied") throw new DzvinError("not-found", say("refused.recording-denied"));
	if (opened === "missing") throw new DzvinError("not-found", say("refused.recording-missing"));
	return opened;
}
