import { assert, assertEquals } from "@std/assert";
import type { ReceivedEvent } from "edgehog/dev";
import { createEnv, FLAGS, get, HEADERS, request } from "./_pages.ts";
import { type ProjectServer, startServer } from "./_program.ts";
import { type Collector, serveCollector } from "./_servers.ts";
import type { Project } from "./_project.ts";

const NEXT = "node_modules/next/dist/bin/next";

export async function act(
  { url }: ProjectServer,
  kind: string,
): Promise<number> {
  const page = await request(`${url}/actions`);
  const body = readAction(page.text);
  body.set("kind", kind);
  const init = { method: "POST", headers: HEADERS, body };
  return (await request(`${url}/actions`, init)).status;
}

/** The fields that a form without JavaScript posts for its server action. */
export function readAction(page: string): FormData {
  const name = page.match(/name="(\$ACTION_ID_[0-9a-f]+)"/)?.[1];
  assert(name, "the page has a form with a server action");
  const form = new FormData();
  form.set(name, "");
  return form;
}

/** An event's name, its person where somebody is known, and of an exception what and where it is. */
function describe({ event, distinctId, properties }: ReceivedEvent): string {
  const { [`$exception_message`]: message, route } = properties;
  return event === "$exception"
    ? `${message}: ${properties["$exception_source"]} ${
      route ?? properties["$request_path"]
    } ${distinctId}`
    : `${event} ${distinctId}`;
}

export const sorted = (events: readonly ReceivedEvent[]): string[] =>
  events.map(describe).sort();

export const isException = ({ event }: ReceivedEvent): boolean =>
  event === "$exception";

export async function failAt(
  server: ProjectServer,
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) {
    assertEquals([path, (await get(server, path)).status], [path, 500]);
  }
}

/** Waits for these exceptions, and that there are no others once the server is gone. */
export async function endWith(
  server: ProjectServer,
  { events, until }: Collector,
  exceptions: readonly string[],
): Promise<void> {
  await until(
    "an exception for each",
    (events) => events.filter(isException).length >= exceptions.length,
  );
  await server.stop();
  assertEquals(sorted(events.filter(isException)), [...exceptions]);
}

/** Builds a project; what Next.js throws meanwhile to stop rendering is nothing to capture. */
export async function build({ run }: Project): Promise<void> {
  await using collector = await serveCollector({ flags: FLAGS });
  const env = Object.entries(createEnv(collector)).map((pair) =>
    pair.join("=")
  );
  await run("env", ...env, "node", NEXT, "build");
  assertEquals(collector.events.filter(isException), []);
}

export async function serve(
  { directory }: Project,
  env: Record<string, string>,
  test: (server: ProjectServer, collector: Collector) => Promise<void>,
): Promise<void> {
  await using collector = await serveCollector({ flags: FLAGS });
  await using server = await startServer(
    ["node", NEXT, "start", "-H", "127.0.0.1"],
    directory,
    { ...createEnv(collector), ...env },
  );
  await test(server, collector);
}
