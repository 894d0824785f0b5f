import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";

const flags = [
	"--headless",
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--use-fake-device-for-media-stream",
	"--use-fake-ui-for-media-stream",
	"--autoplay-policy=no-user-gesture-required",
	"--mute-audio",
];

export interface BrowserOptions {
	readonly width?: number;
	readonly height?: number;
	readonly dark?: boolean;
	readonly locale?: string;
}
export interface TestBrowser {
	/** A person's own browser: nothing is shared with the others. */
	open(options?: BrowserOptions): Promise<{ context: BrowserContext; page: Page; problems: string[] }>;
	close(): Promise<void>;
}

/** Debian's Chromium with a fresh profile. `problems` collects page errors, console errors and CSP reports. */
export async function startBrowser(): Promise<TestBrowser> {
	const profile = await mkdtemp(join(tmpdir(), "dzvin-browser-"));
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
		args: [...flags, `--disk-cache-dir=${profile}`],
	});
	return {
		async open({ width = 1280, height = 800, dark = false, locale = "uk-UA" } = {}) {
			const context = await browser.newContext({
				viewport: { width, height },
				colorScheme: dark ? "dark" : "light",
				locale,
				timezoneId: "Europe/Kyiv",
				reducedMotion: "reduce",
			});
			const page = await context.newPage();
			const problems: string[] = [];
			page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
			page.on("console", (message) => {
				// A refused request is logged by the browser itself; the stories look at what the page makes of it.
				if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
					problems.push(`console: ${message.text()}`);
				}
			});
			return { context, page, problems };
		},
		async close() {
			await browser.close();
			await rm(profile, { recursive: true, force: true });
		},
	};
}
