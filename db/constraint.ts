/**
 * Name of the constraint or unique index that a statement violated; undefined for other errors. Drizzle wraps the
 * driver's error, the name is on the inner one.
 */
export function constraintOf(error: unknown): unknown {
	if (!(error instanceof Error)) return undefined;
	return "constraint" in error ? error.constraint : constraintOf(error.cause);
}
