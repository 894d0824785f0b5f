import type pg from "pg";

/** A statement as it was sent. */
export interface Sent {
	readonly name: string | null;
	readonly text: string;
	readonly values: readonly unknown[];
}

/** What the database did for a statement. */
export interface Plan {
	/** Rows that any scan looked at, kept or not. */
	readonly rows: number;
	/** Those of them in tables that grow with the years; people and settings are always few. */
	readonly growing: number;
	/** Tables that were read from one end to the other. */
	readonly wholly: readonly string[];
	/** Partitions of calls and legs that were looked into. */
	readonly months: number;
	readonly milliseconds: number;
	/** Pages of 8 KB. */
	readonly pages: number;
}

interface Node {
	readonly "Node Type": string;
	readonly "Relation Name"?: string;
	readonly "Actual Rows": number;
	readonly "Actual Loops": number;
	readonly "Rows Removed by Filter"?: number;
	readonly "Rows Removed by Index Recheck"?: number;
	readonly "Rows Removed by Join Filter"?: number;
	readonly Plans?: readonly Node[];
}

/** The statements that `work` sends to this pool, directly or in a transaction. */
export async function sentDuring(pool: pg.Pool, work: () => Promise<unknown>): Promise<Sent[]> {
	const sent: Sent[] = [];
	const note = (first: unknown, second: unknown) => {
		const { text, values, name } =
			typeof first === "string" ? { text: first, values: second, name: undefined } : (first as pg.QueryConfig);
		const given = Array.isArray(values) ? values : Array.isArray(second) ? second : [];
		if (/^\s*(select|with|insert|update|delete)/i.test(text)) sent.push({ name: name ?? null, text, values: given });
	};
	const wrapped = <T extends pg.Pool | pg.PoolClient>(target: T) => {
		const { query } = target;
		target.query = ((...parameters: unknown[]) => {
			note(parameters[0], parameters[1]);
			return Reflect.apply(query, target, parameters);
		}) as never;
		return () => {
			target.query = query;
		};
	};
	// `pool.query` takes a connection too: each statement is noted where it passes first.
	const { connect } = pool;
	pool.connect = (async (...parameters: unknown[]) => {
		if (parameters.length > 0) return Reflect.apply(connect, pool, parameters);
		const client: pg.PoolClient = await Reflect.apply(connect, pool, []);
		const back = wrapped(client);
		const { release } = client;
		client.release = (...given) => {
			back();
			client.release = release;
			release.apply(client, given);
		};
		return client;
	}) as never;
	const back = wrapped(pool);
	try {
		await work();
	} finally {
		back();
		pool.connect = connect;
	}
	return sent;
}

/** Runs a statement as this pool would, in a transaction that is not committed, and says what it cost. */
export async function planOf(pool: pg.Pool, { text, values }: Sent, asIfLarge = false): Promise<Plan> {
	const client = await pool.connect();
	try {
		await client.query("begin");
		// Small tables are rightly read whole: what counts is what the plan would do with large ones.
		if (asIfLarge) await client.query("set local enable_seqscan = off");
		await client.query(`prepare asked as ${text}`);
		const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: Node; "Execution Time": number }] }>(
			`explain (analyze, buffers, format json) execute asked${values.length > 0 ? ` (${values.map(literal).join(", ")})` : ""}`,
		);
		const [explained] = rows[0]?.["QUERY PLAN"] ?? [];
		if (explained === undefined) throw new Error("No plan");
		const nodes = [...all(explained.Plan)].filter((node) => node["Actual Loops"] > 0);
		const named = nodes.filter((node) => node["Relation Name"] !== undefined);
		const pages = explained.Plan as unknown as Record<string, number>;
		return {
			rows: named.reduce((sum, node) => sum + looked(node), 0),
			growing: named
				.filter((node) => !["users", "settings", "pbxs"].includes(node["Relation Name"] ?? ""))
				.reduce((sum, node) => sum + looked(node), 0),
			wholly: named.flatMap((node) => (node["Node Type"] === "Seq Scan" ? (node["Relation Name"] ?? []) : [])),
			months: new Set(
				named.flatMap((node) => /^(?:calls|legs)_(\d{4}_\d\d)$/.exec(node["Relation Name"] ?? "")?.[1] ?? []),
			).size,
			milliseconds: explained["Execution Time"],
			pages: (pages["Shared Hit Blocks"] ?? 0) + (pages["Shared Read Blocks"] ?? 0),
		};
	} finally {
		await client.query("rollback");
		await client.query("deallocate all");
		client.release(true);
	}
}

function* all(node: Node): Generator<Node> {
	yield node;
	for (const child of node.Plans ?? []) yield* all(child);
}

/** Rows are given for each turn of a loop. */
function looked(node: Node): number {
	const each =
		node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
	return Math.ceil(each * node["Actual Loops"]);
}

function literal(value: unknown): string {
	if (value === null || value === undefined) return "null";
	if (Array.isArray(value)) {
		const inner = value.map((one) => (one === null ? "null" : `"${textOf(one).replace(/["\\]/g, "\\$&")}"`));
		return quoted(`{${inner.join(",")}}`);
	}
	return quoted(textOf(value));
}
const textOf = (value: unknown) =>
	value instanceof Date ? value.toISOString() : typeof value === "object" ? JSON.stringify(value) : String(value);
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
