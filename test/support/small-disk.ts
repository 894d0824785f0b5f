import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk of its own that can be full: a file system in memory, of so many bytes. */
export interface SmallDisk {
	readonly folder: string;
	/** Takes all the room that is left, but for so many bytes. */
	fill(leave?: number): void;
	/** Gives back what `fill` took. */
	free(): void;
	/** Takes it down, with all that is on it. */
	remove(): void;
}

/** Needs the right to mount (root, `CAP_SYS_ADMIN`); throws without it: a full disk cannot be pretended. */
export function smallDisk(bytes: number): SmallDisk {
	const folder = mkdtempSync(join(tmpdir(), "dzvin-disk-"));
	try {
		execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=0711`, "tmpfs", folder], { stdio: "pipe" });
	} catch (error) {
		rmSync(folder, { recursive: true });
		throw new Error("A small disk cannot be mounted: run the tests as root, with the right to mount", { cause: error });
	}
	const filler = () => join(folder, `filler-${count}`);
	let count = 0;
	return {
		folder,
		fill(leave = 0) {
			const { bavail, bsize } = statfsSync(folder);
			const length = Math.floor(bavail * bsize - leave);
			if (length <= 0) return;
			count++;
			execFileSync("fallocate", ["-l", String(length), filler()], { stdio: "pipe" });
		},
		free() {
			for (; count > 0; count--) rmSync(filler(), { force: true });
		},
		remove() {
			if (!existsSync(folder)) return;
			execFileSync("umount", ["-l", folder], { stdio: "pipe" });
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
