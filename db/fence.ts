/**
 * For `with`: finds the token (`$2`) of the server that writes for the PBX (`$1`), and keeps it as it is until the write is
 * over. Every write of one PBX names both; see `SingleWriter`.
 */
export const fence =
	"fence as materialized (select 1 from pbx_writers where pbx_id = $1::uuid and token = $2::bigint for share)";

/** Without a token (null) nobody else writes. */
export const mayWrite = "($2::bigint is null or exists (select 1 from fence))";
