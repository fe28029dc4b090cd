/**
 * Serves the PostHog emulator on loopback, for a client under development: `deno task emulator [--port 8010]
 * [--flags definitions.json]`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { isRecord } from "../../src/core/guards.ts";
import {
  createPostHogEmulator,
  type PostHogEmulator,
  type ReceivedRequest,
} from "../../src/dev/mod.ts";
import { say } from "../../tests/_kit/run.ts";
import { serveEmulator } from "./_emulator_server.ts";

const DEFAULT_PORT = 8010;

/** Requests that can be under way at once and still get their line. */
const RECENT = 100;

async function main(): Promise<number | undefined> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { port: { type: "string" }, flags: { type: "string" } },
  });
  const emulator = createPostHogEmulator();
  if (values.flags !== undefined) {
    emulator.setFlags(JSON.parse(await Deno.readTextFile(values.flags)));
  }
  const port = Number(values.port ?? DEFAULT_PORT);
  try {
    const { url } = await serveEmulator(logged(emulator), port);
    say(buildWelcome(url));
    return undefined;
  } catch (error) {
    say(`Cannot listen on port ${port}, choose another with --port: ${error}`);
    return 1;
  }
}

function buildWelcome(url: string): string {
  return `A PostHog listens on ${url}. It keeps everything in memory and takes any key. Ctrl+C ends it.

In code:
  new PostHog("phc_local", { host: "${url}", personalApiKey: "phx_local" })

As variables, such as in a Worker's .dev.vars:
POSTHOG_API_KEY=phc_local
POSTHOG_HOST=${url}
POSTHOG_PERSONAL_API_KEY=phx_local
`;
}

/** The same emulator, with a line for each answered request. */
function logged(emulator: PostHogEmulator): PostHogEmulator {
  const seen = new WeakSet<ReceivedRequest>();
  return {
    ...emulator,
    async fetch(input, init) {
      const response = await emulator.fetch(input, init);
      // More than one may be new: answers to requests that arrived together come close to each other.
      for (const request of emulator.requests.slice(-RECENT)) {
        if (request.status === 0 || seen.has(request)) continue;
        seen.add(request);
        say(describe(request));
      }
      return response;
    },
  };
}

function describe({ status, method, path, body }: ReceivedRequest): string {
  const batch = isRecord(body) ? body["batch"] : undefined;
  const events = Array.isArray(batch)
    ? batch.filter(isRecord).map(({ event }) => event)
    : [];
  return `${status} ${method} ${path}  ${events.join(", ")}`.trimEnd();
}

if (import.meta.main) {
  main().then((status) => {
    if (status !== undefined) Deno.exit(status);
  });
}
