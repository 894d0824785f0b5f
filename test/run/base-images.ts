import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quietly, succeeds } from "./programs.ts";

/** Release and image name: the server stands on bookworm; sid has the Asterisk of the lab. */
const images = [
	["bookworm", "debian:bookworm-slim"],
	["sid", "debian:sid-slim"],
] as const;

/** Makes the base images that are missing from the Debian mirror that this machine itself uses; none is pulled. */
export async function ensureBaseImages(): Promise<void> {
	const missing = images.filter(([, image]) => !succeeds("docker", ["image", "inspect", image]));
	if (missing.length === 0) return;
	const mirror = await debianMirror();
	await Promise.all(missing.map(([release, image]) => makeImage(release, image, mirror)));
}

async function makeImage(release: string, image: string, mirror: readonly string[]): Promise<void> {
	console.log(`Making ${image} by debootstrap…`);
	const folder = await mkdtemp(join(tmpdir(), `dzvin-${release}-`));
	try {
		await quietly("debootstrap", ["--variant=minbase", release, folder, ...mirror]);
		const tar = spawn("tar", ["-C", folder, "-c", "."], { stdio: ["ignore", "pipe", "inherit"] });
		const load = spawn("docker", ["import", "-", image], { stdio: [tar.stdout, "ignore", "inherit"] });
		const [code] = await once(load, "close");
		if (code !== 0) throw new Error(`docker import of ${image} failed.`);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** The first archive that apt is told to use; nothing (debootstrap's own choice) when there is none to be read. */
async function debianMirror(): Promise<string[]> {
	const folder = "/etc/apt/sources.list.d";
	const files = ["/etc/apt/sources.list", ...(await readdir(folder).catch(() => [])).map((name) => join(folder, name))];
	for (const file of files) {
		const text = await readFile(file, "utf8").catch(() => "");
		const found = text.match(/^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(https?:\/\/\S*\/debian)\/?(?:\s|$)/m);
		if (found?.[1]) return [found[1]];
	}
	return [];
}
