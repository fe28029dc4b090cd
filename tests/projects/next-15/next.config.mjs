import { fileURLToPath } from "node:url";

/** The folder above may have a lock file of its own. */
export default {
  outputFileTracingRoot: fileURLToPath(new URL(".", import.meta.url)),
};
