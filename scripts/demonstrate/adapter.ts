/**
 * Serves the conformance adapter on loopback, for PostHog's SDK test harness: `deno task adapter [--port 8080]
 * [--mode v1|v0] [--encoding gzip|deflate]`. Without `--port` the environment's `PORT` counts.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { say } from "../../tests/_kit/run.ts";
import { serveAdapter } from "./adapter/server.ts";
import type { Mode } from "./adapter/service.ts";

const DEFAULT_PORT = 8080;

function main(): number | undefined {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      port: { type: "string" },
      mode: { type: "string" },
      encoding: { type: "string" },
    },
  });
  const { mode = "v1", encoding = "gzip" } = values;
  if (!isMode(mode)) {
    say(`There is no mode '${mode}', choose --mode v0 or --mode v1`);
    return 1;
  }
  if (encoding !== "gzip" && (encoding !== "deflate" || mode === "v0")) {
    say(`Mode ${mode} has no encoding '${encoding}'`);
    return 1;
  }
  const port = Number(values.port ?? Deno.env.get("PORT") ?? DEFAULT_PORT);
  try {
    const { url } = serveAdapter(mode, port, encoding);
    say(`The adapter speaks capture ${mode} on ${url}. Ctrl+C ends it.`);
    return undefined;
  } catch (error) {
    say(`Cannot listen on port ${port}, choose another with --port: ${error}`);
    return 1;
  }
}

function isMode(text: string): text is Mode {
  return text === "v0" || text === "v1";
}

if (import.meta.main) {
  const status = main();
  if (status !== undefined) Deno.exit(status);
}
