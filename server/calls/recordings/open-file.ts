import { constants } from "node:fs";
import { type FileHandle, open, readlink, realpath } from "node:fs/promises";
import { join, sep } from "node:path";

/** A recording that lies under its root and is a plain file. The handle is the caller's to close. */
export interface OpenRecording {
	readonly handle: FileHandle;
	readonly size: number;
	/** Where it really lies. */
	readonly path: string;
}

export type NoRecording = "missing" | "denied";

/**
 * The PBX names a file in its own folders, for example `/var/spool/asterisk/monitor/2026/11/22/x.wav`; the monitor folder
 * is mounted here at `root`. Which part of the name is the folder is not known, so every ending is tried, the longest
 * first. Empty when the name could lead anywhere but below the root.
 */
export function candidatesOf(pbxPath: string): string[] {
	if (pbxPath.includes("\0") || pbxPath.includes("\\")) return [];
	const parts = pbxPath.split("/").filter((part) => part !== "");
	if (parts.some((part) => part === "." || part === "..")) return [];
	// A path has a few folders; a hostile one could have thousands.
	return parts.slice(0, 30).map((_, at) => parts.slice(at).join(sep));
}

/**
 * Opens the file that the PBX named. What lies outside the root, by a link or by any other way, is missing; what is no
 * plain file (a pipe, a device, a folder) too. Never waits for a pipe's writer.
 */
export async function openRecording(root: string, pbxPath: string): Promise<OpenRecording | NoRecording> {
	let realRoot: string;
	try {
		realRoot = await realpath(root);
	} catch (error) {
		return reasonOf(error);
	}
	let denied = false;
	for (const candidate of candidatesOf(pbxPath)) {
		const found = await openBelow(realRoot, join(realRoot, candidate));
		if (found === "denied") denied = true;
		else if (found !== "missing") return found;
	}
	return denied ? "denied" : "missing";
}

async function openBelow(realRoot: string, path: string): Promise<OpenRecording | NoRecording> {
	let handle: FileHandle | undefined;
	try {
		const real = await realpath(path);
		if (!isBelow(realRoot, real)) return "missing";
		handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
		const stat = await handle.stat();
		// Between the look and the opening a folder may have become a link: what counts is what was opened.
		if (!stat.isFile() || !isBelow(realRoot, await pathOf(handle, real))) {
			await handle.close();
			return "missing";
		}
		return { handle, size: stat.size, path: real };
	} catch (error) {
		await handle?.close();
		return reasonOf(error);
	}
}

function isBelow(realRoot: string, path: string): boolean {
	return path.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep);
}

/** Where the opened file lies, as the kernel says; where there is no /proc, where it was looked for. */
async function pathOf(handle: FileHandle, otherwise: string): Promise<string> {
	try {
		return await readlink(`/proc/self/fd/${handle.fd}`);
	} catch {
		return otherwise;
	}
}

function reasonOf(error: unknown): NoRecording {
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	return code === "EACCES" || code === "EPERM" ? "denied" : "missing";
}
