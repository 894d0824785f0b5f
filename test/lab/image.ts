import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { GenericContainer, getContainerRuntimeClient, ImageName } from "testcontainers";

/** Publishes its ports on loopback only; testcontainers alone would open them to the whole network. */
export class LoopbackContainer extends GenericContainer {
	protected override async beforeContainerCreated(): Promise<void> {
		for (const bindings of Object.values(this.hostConfig.PortBindings ?? {})) {
			for (const binding of bindings as { HostIp?: string }[]) binding.HostIp = "127.0.0.1";
		}
	}
}

/** The image of the lab that is made from these folders, built where it is missing: its name tells the content of everything that goes into it. */
export async function imageOf(name: string, dockerfile: string, folders: readonly string[]): Promise<string> {
	const here = fileURLToPath(new URL(".", import.meta.url));
	const hash = createHash("sha256");
	for (const part of folders) {
		const entries = await readdir(join(here, part), { recursive: true, withFileTypes: true });
		const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
		for (const file of files.sort()) hash.update(relative(here, file)).update(await readFile(file));
	}
	const image = `dzvin-lab-${name}:${hash.digest("hex").slice(0, 12)}`;
	const runtime = await getContainerRuntimeClient();
	if (!(await runtime.image.exists(ImageName.fromString(image)))) {
		await GenericContainer.fromDockerfile(here, dockerfile).build(image, { deleteOnExit: false });
	}
	return image;
}
