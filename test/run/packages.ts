import { has, quietly } from "./programs.ts";

/** What a test may need beside Node. */
export type Need = "docker" | "browser";

/** Debian packages by the program that shows they are there. */
const packages: Readonly<Record<Need, Readonly<Record<string, readonly string[]>>>> = {
	docker: {
		dockerd: ["docker.io", "iptables"],
		docker: ["docker.io"],
		"docker-compose": ["docker-compose"],
		debootstrap: ["debootstrap"],
	},
	browser: { chromium: ["chromium", "fonts-dejavu-core", "fonts-noto-color-emoji"] },
};

/** Installs what is missing when we are root; else stops with the line that does it. */
export async function ensurePackages(needs: readonly Need[]): Promise<void> {
	const missing = needs.flatMap((need) =>
		Object.entries(packages[need]).flatMap(([program, names]) => (has(program) ? [] : names)),
	);
	const names = [...new Set(missing)];
	if (names.length === 0) return;
	if (process.getuid?.() !== 0) {
		const without = needs.map((need) => `--without ${need}`).join(" ");
		throw new Error(
			`Missing: ${names.join(", ")}. Run as root:\n  apt-get install ${names.join(" ")}\nor: bin/test ${without}`,
		);
	}
	console.log(`Installing ${names.join(", ")}…`);
	const env = { DEBIAN_FRONTEND: "noninteractive" };
	await quietly("apt-get", ["update"], env);
	// A package may try to start its service; on a machine without an init that fails and would fail the package.
	await quietly("apt-get", ["install", "-y", "--no-install-recommends", ...names], { ...env, RUNLEVEL: "1" });
}
