/** What is wrong with a field by its form alone: kind, length, size, choice. Part of `sentences`. */
export const fieldSentences = {
	"wrong.missing": "is missing",
	"wrong.kind": "is of another kind",
	"wrong.blank": "must not be blank",
	"wrong.short": "at least {least} characters",
	"wrong.long": "at most {most} characters",
	"wrong.small": "at least {least}",
	"wrong.large": "at most {most}",
	"wrong.few": "too few: at least {least}",
	"wrong.many": "too many: at most {most}",
	"wrong.form": "not of the right form",
	"wrong.choice": "not one of the choices",
	"wrong.year": "there is no year 0",
	"wrong.unknown": "unknown field",
} as const satisfies Record<string, string>;
