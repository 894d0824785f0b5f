import type { ComponentChildren } from "preact";
import type { Pbx } from "../../../server/protocol/pbx.ts";
import { t } from "../i18n/translate.ts";
import { inDatabase, type PbxFields } from "../model/pbx-form.ts";
import { SelectField } from "./field.tsx";

/** Draws one field of the form that is a line of text. */
export type TextOf = (
	key: Exclude<keyof PbxFields, "tls" | "withControl" | "historyKind" | "historyTls">,
	label: string,
	rest?: { hint?: string; placeholder?: string; lines?: number },
) => ComponentChildren;

interface Props {
	readonly pbx: Pbx | null;
	readonly fields: PbxFields;
	readonly change: (patch: Partial<PbxFields>) => void;
	readonly text: TextOf;
}

const usualPath = {
	"cel-sqlite": "/var/log/asterisk/master.db",
	"cel-csv": "/var/log/asterisk/cel-custom/Master.csv",
	"cdr-csv": "/var/log/asterisk/cdr-csv/Master.csv",
} as const;

/** Where the PBX keeps its own journal: a file, or a table in a database. */
export function PbxHistoryFields({ pbx, fields, change, text }: Props) {
	const { historyKind: kind } = fields;
	return (
		<>
			<div class="fields">
				<SelectField
					label={t("pbx.history")}
					hint={t(kind === "cdr-csv" ? "pbx.history-poor" : "pbx.history-hint")}
					value={kind}
					options={[
						["none", t("pbx.history.none")],
						["mysql", t("pbx.history.mysql")],
						["postgres", t("pbx.history.postgres")],
						["cel-sqlite", t("pbx.history.cel-sqlite")],
						["cel-csv", t("pbx.history.cel-csv")],
						["cdr-csv", t("pbx.history.cdr-csv")],
					]}
					onValue={(historyKind) => {
						// As a rule the database runs on the PBX.
						const empty = inDatabase(historyKind) && fields.historyHost.trim() === "";
						change({ historyKind, ...(empty && { historyHost: fields.host.trim() }) });
					}}
				/>
				{kind !== "none" &&
					!inDatabase(kind) &&
					text("historyPath", t("pbx.history-path"), { placeholder: usualPath[kind] })}
			</div>
			{inDatabase(kind) && (
				<>
					<div class="fields">
						{text("historyHost", t("pbx.history-host"), { placeholder: "10.0.0.2" })}
						{text("historyPort", t("pbx.port"), { placeholder: kind === "mysql" ? "3306" : "5432" })}
						{text("historyDatabase", t("pbx.history-database"), { placeholder: "asteriskcdrdb" })}
						{text("historyTable", t("pbx.history-table"), { placeholder: "cel" })}
						{text("historyUsername", t("pbx.username"), { hint: t("pbx.history-rights") })}
						{text("historySecret", t("pbx.history-secret"), pbx?.history ? { hint: t("pbx.secret-keep") } : {})}
					</div>
					<label class="check">
						<input
							type="checkbox"
							checked={fields.historyTls}
							onChange={(event) => change({ historyTls: event.currentTarget.checked })}
						/>
						{t("pbx.history-tls")}
					</label>
					{fields.historyTls &&
						text("historyCa", t("pbx.history-ca"), {
							hint: t(hasTls(pbx) ? "pbx.history-ca-keep" : "pbx.history-ca-hint"),
							placeholder: "-----BEGIN CERTIFICATE-----",
							lines: 4,
						})}
				</>
			)}
		</>
	);
}

/** The journal is reached over TLS already: what proves it stays. */
const hasTls = (pbx: Pbx | null): boolean =>
	pbx?.history !== null && pbx?.history !== undefined && "tls" in pbx.history && pbx.history.tls;
