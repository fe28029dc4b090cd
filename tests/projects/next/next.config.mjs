import { fileURLToPath } from "node:url";

/** The folder above may have a lock file of its own. */
const root = fileURLToPath(new URL(".", import.meta.url));

export default { turbopack: { root }, outputFileTracingRoot: root };
