import { fileURLToPath } from "node:url";

/** The clone. */
export const projectFolder = fileURLToPath(new URL("../../", import.meta.url));
/** The server, as it runs at a company. */
export const serverProgram = fileURLToPath(new URL("../../bin/serve", import.meta.url));
/** Node as our scripts use it, whatever the machine has. */
export const nodeProgram = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
