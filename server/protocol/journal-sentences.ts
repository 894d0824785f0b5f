/** What the server says of a PBX's own journal: why it cannot be read or trusted, and what mends it. Part of `sentences`. */
export const journalSentences = {
	"journal.none-named": "The PBX's own journal is not read: calls of a time in which the link was down stay unknown.",
	"journal.fresh": "The journal {journal} is readable; its newest row is less than an hour old.",
	"journal.old": "The journal {journal} is readable; its newest row is {hours} h old.",
	"journal.empty": "The journal {journal} is empty.",
	"journal.ahead": "The newest row of {journal} lies {minutes} minutes ahead: the clocks or the time zone are wrong.",
	"journal.no-index": "{journal} has no index on id: each reading walks through all of it.",
	"journal.poor":
		"CDR is a poor journal: it is written when a call is over, so what the PBX does when it dies is lost, and tells transfers, conferences and rejected calls only roughly. It serves to find calls that were not seen.",
	"journal.strange-rows":
		"{count} recent records of {journal} cannot be understood: columns are missing, or a caller's name breaks them.",
	"journal.waits": "The PBX waits while its journal is read: reads are short, but write-ahead mode is safer.",
	"journal.strange-seen":
		"{count} records of the journal could not be understood: columns are missing, or a caller's name breaks them.",
	"journal.emptied":
		"The journal is empty, but rows up to {until} were read before: it was emptied, or an old copy was put in its place.",
	"journal.older":
		"The journal ends at {newest}, but rows up to {until} were read before: it was emptied, or an old copy was put in its place.",
	"journal.torn":
		"What the PBX wrote between {from} and {until} is not in the journal: it was emptied, cleared, rotated to where it is not found, or an old copy was put in its place.",

	"journal.unreadable": "{file} cannot be read ({reason}).",
	"journal.unopened": "{file} cannot be opened: {reason}.",
	"journal.locked": "{file} is locked by a writer; it is read again soon.",
	"journal.broken": "{journal}: {reason}.",
	"journal.failed": "The journal cannot be read: {reason}.",
	"journal.no-journal": "{journal} is no CEL journal.",
	"journal.no-table-name": "{table} is no table's name.",
	"journal.no-place": "{host}: no PBX's database can be at this address.",
	"journal.denied": "{journal}: {user} may not read it ({reason}).",
	"journal.no-table": "The database {database} on {where} has no table {table}.",
	"journal.no-database": "{where} has no database {database}.",
	"journal.no-column": "{journal} is no CEL journal ({reason}).",
	"journal.late": "{journal} does not answer in time; it is read again soon.",
	"journal.cut": "The connection to {journal} broke while it was read ({reason}); it is read again soon.",
	"journal.no-link": "{journal} cannot be reached ({reason}).",
	"journal.certificate": "The certificate of {where} is not accepted ({reason}).",
	"journal.no-tls": "{where} offers no TLS, so nothing was sent to it ({reason}).",
	"journal.wants-tls": "{where} lets nobody in without TLS ({reason}).",

	"mend.journal-name":
		"Name FreePBX's CEL table here, or enable cel_custom or cel_sqlite3_custom on the PBX and name its file.",
	"mend.journal-cel": "In cel.conf: {line}",
	"mend.journal-test-call": "Make a test call; if nothing is added, this is not the file that the PBX writes to.",
	"mend.journal-clock": "On the PBX: {command}; restart Asterisk after its time zone was changed.",
	"mend.journal-use-cel": "Use CEL instead: enable cel_custom or cel_sqlite3_custom on the PBX.",
	"mend.journal-cel-custom": "In cel_custom.conf: {line}",
	"mend.journal-cdr": "In cdr.conf [csv]: {line}",
	"mend.journal-map": "Map these to columns: {columns}.",
	"mend.journal-map-sqlite": "In cel_sqlite3_custom.conf map these to columns: {columns}.",
	"mend.journal-columns": "The table needs the columns of FreePBX: {columns} and those that the PBX's manual names.",
	"mend.journal-sqlite-file": "Name the file and the table of cel_sqlite3_custom.",
	"mend.journal-file":
		"Name the right file: in cel_custom.conf [mappings] it is the name before =>; cdr_csv writes cdr-csv/Master.csv.",
	"mend.journal-file-or": "Name the right file, or: {command}",
	"mend.journal-log": "See the server's log.",
	"mend.journal-table": "Give the table's name.",
	"mend.journal-host": "Name the database's host.",
	"mend.journal-odbc":
		"Name the database and the table that cel_odbc_custom.conf and res_odbc name; FreePBX: asteriskcdrdb and cel.",
	"mend.journal-pgsql": "Name the database (dbname) and the table that cel_pgsql.conf names.",
	"mend.journal-listen": "Check host, port, firewall, TLS and {setting} on the database's machine.",
	"mend.journal-ca":
		"Enter the certificate of the authority (CA) that signed the database's own; it must be made for the name or address {host}.",
	"mend.journal-tls": "Switch TLS on in the database ({setting}), or switch it off here on a network that you trust.",
	"mend.journal-use-tls": "Switch on here that the database is reached over TLS.",
	"mend.journal-late":
		"If it stays so, the table lacks its index ({line}), or the database's machine has too much to do.",
	"mend.journal-wait":
		"Nothing is lost: what was not read is read from the beginning of the gap. If it stays so, look at the database's log.",
	"mend.journal-check": "Check the PBX: the finding names the line.",
	"mend.journal-torn":
		"Put what is missing back: rotated files beside the journal under a name with a number or a date, plain or .gz (at most 64 MB unpacked). Without it, what was missed in that time stays unknown.",
	"mend.journal-restored":
		"Calls that were seen stay as they are. Put the newer copy back if it exists; what the lost rows alone told cannot be recovered.",
} as const satisfies Record<string, string>;
