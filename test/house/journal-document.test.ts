import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../support/programs.ts";

const read = (file: string): string => readFileSync(join(projectFolder, file), "utf8");
const document = read("docs/pbx-journal.md");

/** Which of the lab's files a file of a PBX is; what stands there was tried with a real Asterisk. */
const tried: Readonly<Record<string, string>> = {
	"/etc/asterisk/cel.conf": "test/lab/pbx/etc/cel.conf",
	"/etc/asterisk/cel_odbc.conf": "test/lab/pbx/etc/cel_odbc.conf",
	"/etc/asterisk/res_odbc.conf": "test/lab/pbx/etc/res_odbc.conf",
	"/etc/asterisk/cel_pgsql.conf": "test/lab/pbx/etc/cel_pgsql.conf",
	"/etc/asterisk/cel_sqlite3_custom.conf": "test/lab/pbx/etc/cel_sqlite3_custom.conf",
	"/etc/asterisk/cel_custom.conf": "test/lab/pbx/etc/cel_custom.conf",
	"/etc/asterisk/cdr.conf": "test/lab/pbx/etc/cdr.conf",
	"/etc/odbc.ini": "test/lab/asterisk/odbc.ini",
};
/** Everybody's own. */
const own = new Set([
	"hostname",
	"server",
	"password",
	"ssl-ca",
	"ssl-cert",
	"ssl-key",
	"ssl_cert_file",
	"ssl_key_file",
]);

/** `section/key` → value. */
function settings(text: string): Map<string, string> {
	const found = new Map<string, string>();
	let section = "";
	for (const line of text.split("\n").map((one) => one.trim())) {
		section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
		const [, key, value] = /^([\w.-]+)\s*=>?\s*(.*)$/.exec(line) ?? [];
		if (key !== undefined && value !== undefined) found.set(`${section}/${key.toLowerCase()}`, value);
	}
	return found;
}

const blocks = [...document.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, language, text]) => ({
	language: language ?? "",
	text: text ?? "",
	file: /^; ([^\s,]+)/.exec(text ?? "")?.[1] ?? "",
}));

test.each(Object.entries(tried))("the lines for %s are those of the lab's PBX", (file, ours) => {
	const told = blocks.filter((block) => block.file === file);
	expect(told).toHaveLength(1);
	const lab = settings(read(ours));
	const wanted = settings(told[0]?.text ?? "");
	expect(wanted.size).toBeGreaterThan(0);
	for (const [key, value] of wanted) {
		if (own.has(key.split("/")[1] ?? "")) expect([key, lab.has(key)]).toEqual([key, true]);
		else expect([key, value]).toEqual([key, lab.get(key)]);
	}
});

test.each([
	["/etc/my.cnf.d/dzvin.cnf", "test/lab/mariadb/Dockerfile"],
	["postgresql.conf", "test/lab/postgres/Dockerfile"],
])("the lines for %s are those with which the lab's server runs", (file, ours) => {
	const lab = read(ours);
	const wanted = settings(blocks.find((block) => block.file === file)?.text ?? "");
	expect(wanted.size).toBeGreaterThan(3);
	for (const [path, value] of wanted) {
		const key = path.split("/")[1] ?? "";
		const plain = value.replaceAll("'", "");
		const shown = own.has(key) ? key : key === "ssl" ? "ssl = on" : `${key}=${plain}`;
		expect(lab).toContain(shown);
	}
});

/** Statements without what everybody has of his own. */
const statements = (text: string): string[] =>
	text
		.replaceAll(/--.*$|^\\.*$/gm, "")
		.split(";")
		.map((one) =>
			one
				.toLowerCase()
				.replaceAll(/\s+/g, " ")
				.replaceAll(/\( /g, "(")
				.replaceAll(/ \)/g, ")")
				.replace(/(password|identified by) '.*'/, "$1 '…'")
				.replaceAll(/'@'[^']*'/g, "'@'%'")
				.replaceAll("if not exists ", "")
				.trim(),
		)
		.filter((one) => one !== "");

test("the statements for both databases are those with which the lab's were made", () => {
	const lab = new Set(
		["test/lab/mariadb/freepbx.sql", "test/lab/postgres/cel.sql"].flatMap((file) => statements(read(file))),
	);
	const told = blocks.filter(({ language }) => language === "sql").flatMap(({ text }) => statements(text));
	expect(told.length).toBeGreaterThan(8);
	expect(told.filter((one) => !lab.has(one))).toEqual([]);
});
