import { assert, assertEquals } from "@std/assert";
import type { ReceivedEvent } from "edgehog/dev";
import { buildFlagDefinitions } from "edgehog/testing";
import { createEnv, get } from "./_pages.ts";
import type { Project } from "./_project.ts";
import { startServer } from "./_program.ts";
import { inOrder, serveCollector } from "./_servers.ts";

const FLAGS = buildFlagDefinitions({ "new-nav": true });

/** How an application of a framework is started, once it is built. */
export interface Site {
  /** What Node runs. */
  readonly entry: string;
  /** The port that it is told to take. @default one that it finds itself */
  readonly port?: number;
}

/** Of an event: its name, whom it is about, the flag that it carries; of an exception what was thrown, and that nobody caught it. */
function describe(
  { event, distinctId, properties }: ReceivedEvent,
): readonly unknown[] {
  const { [`$exception_list`]: list } = properties;
  if (Array.isArray(list)) {
    const [{ type, value, mechanism }] = list;
    return [event, distinctId, type, value, mechanism.handled];
  }
  const flag = properties["$feature/new-nav"] ??
    properties["$feature_flag_response"];
  return [event, distinctId, flag];
}

/**
 * Asks for a page that reads a flag and captures an event, for one that fails, and for one that is not there, and ends the
 * server: what came of it has arrived then.
 */
export async function visitSite(
  { directory }: Project,
  { entry, port = 0 }: Site,
): Promise<void> {
  await using collector = await serveCollector({ flags: FLAGS });
  const env = { ...createEnv(collector), HOST: "127.0.0.1", PORT: `${port}` };
  await using server = await startServer(["node", entry], directory, env);
  const page = await get(server, "/");
  assertEquals(page.status, 200);
  assert(/\bnew\b/.test(page.text), page.text);
  assertEquals((await get(server, "/boom")).status, 500);
  assertEquals((await get(server, "/none")).status, 404);
  await collector.receive(3);
  await server.stop();
  assertEquals(
    inOrder(collector.events.map(describe)),
    inOrder([
      ["$feature_flag_called", "visitor-1", true],
      ["page viewed", "visitor-1", true],
      ["$exception", "visitor-1", "RangeError", "boom", false],
    ]),
  );
  const asked = collector.requests.map(({ path }) => path);
  assertEquals(asked.filter((path) => path.startsWith("/flags")), [
    "/flags/definitions",
  ]);
}
