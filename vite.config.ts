import { gzipSync } from "node:zlib";
import { IntlMessageFormat } from "intl-messageformat";
import { defineConfig, type Plugin, type Rolldown } from "vite";

/** Bytes of gzipped script that the desk with its pop-up may take on the first load. */
const firstLoadLimit = 60_000;

const deskParts =
	/\/src\/(parts\/(text|icon|attempt|use-focus|field|states|call-row|dial-button|duty-tabs|use-list|wrap-up-form)|model\/(list|number))\.tsx?$/;

/**
 * Adds up what the browser fetches before the desk can show a pop-up: the entry, everything that it
 * imports statically, and the largest language file (one of the three is always fetched).
 */
export function firstLoad(bundle: Rolldown.OutputBundle): { bytes: number; files: string[] } {
	const chunks = Object.values(bundle).filter((part) => part.type === "chunk");
	const gzip = (code: string) => gzipSync(code, { level: 9 }).length;
	const files = new Set<string>();
	const visit = (name: string): void => {
		if (files.has(name)) return;
		files.add(name);
		for (const next of chunks.find((chunk) => chunk.fileName === name)?.imports ?? []) visit(next);
	};
	for (const chunk of chunks) if (chunk.isEntry) visit(chunk.fileName);
	const languages = chunks
		.filter((chunk) => /\/i18n\/(uk|ru|en)\.json$/.test(chunk.facadeModuleId ?? ""))
		.sort((a, b) => gzip(b.code) - gzip(a.code));
	const largest = languages[0];
	if (largest) visit(largest.fileName);
	const bytes = chunks.filter((c) => files.has(c.fileName)).reduce((sum, chunk) => sum + gzip(chunk.code), 0);
	return { bytes, files: [...files] };
}

/** Parses the messages with values while building, so that the parser (7 kB gzip) stays at home. */
function compiledMessages(): Plugin {
	return {
		name: "dzvin-compiled-messages",
		apply: "build",
		enforce: "pre",
		config: () => ({
			resolve: {
				alias: { "@formatjs/icu-messageformat-parser": "@formatjs/icu-messageformat-parser/no-parser.js" },
			},
		}),
		transform(code, id) {
			if (!/\/i18n\/(uk|ru|en)\.json$/.test(id)) return null;
			const texts = Object.entries<string>(JSON.parse(code));
			const parsed = texts.map(([key, text]) => [
				key,
				text.includes("{") ? new IntlMessageFormat(text, "en").getAst() : text,
			]);
			return { code: JSON.stringify(Object.fromEntries(parsed)), map: null };
		},
	};
}

function scriptSize(): Plugin {
	return {
		name: "dzvin-script-size",
		apply: "build",
		generateBundle(_options, bundle) {
			const { bytes, files } = firstLoad(bundle);
			this.info(`first load: ${(bytes / 1000).toFixed(1)} kB gzip of script in ${files.length} files`);
			if (bytes > firstLoadLimit) {
				this.error(`The first load is ${bytes} bytes of gzipped script; the limit is ${firstLoadLimit}.`);
			}
		},
	};
}

/** The server behind the client under development. */
const target = process.env.DZVIN_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
	root: "agent-client",
	// The server puts a fresh nonce in the place of this word on every answer with the page.
	html: { cspNonce: "__CSP_NONCE__" },
	oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
	json: { stringify: true, namedExports: false },
	build: {
		outDir: "../dist/client",
		emptyOutDir: true,
		target: "es2022",
		// Every asset is a file of its own: `data:` addresses would need a hole in the content policy.
		assetsInlineLimit: 0,
		sourcemap: false,
		rolldownOptions: {
			// What the desk needs before anything else, in one file: a dozen small ones are packed worse by a kilobyte.
			output: { codeSplitting: { groups: [{ name: "desk", test: deskParts }] } },
		},
		// `light-dark()` as it is: rewriting it doubles every colour.
		cssTarget: ["chrome123", "firefox121", "safari17.5"],
	},
	server: { proxy: { "/api": { target, ws: true }, "/health": { target } } },
	plugins: [compiledMessages(), scriptSize()],
});
