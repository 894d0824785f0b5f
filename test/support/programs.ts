import { fileURLToPath } from "node:url";

/** The clone. */
export const projectFolder = fileURLToPath(new URL("../../", import.meta.url));
/** Node as our scripts use it, whatever the machine has. */
export const nodeProgram = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
