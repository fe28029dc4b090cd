import { assert, assertEquals } from "@std/assert";
import type { EmulatorFlagDefinitions, ReceivedEvent } from "edgehog/dev";
import { type ProjectServer, startServer } from "./_program.ts";
import { type Collector, serveCollector } from "./_servers.ts";
import type { Project } from "./_project.ts";

const all = (rolloutPercentage: number, variant?: string) => ({
  groups: [{
    rollout_percentage: rolloutPercentage,
    properties: [],
    ...(variant && { variant }),
  }],
});

export const FLAGS: EmulatorFlagDefinitions = {
  flags: [
    { key: "new-nav", active: true, filters: all(100) },
    { key: "half", active: true, filters: all(50) },
    {
      key: "pricing",
      active: true,
      filters: {
        ...all(100),
        multivariate: {
          variants: [
            { key: "annual", rollout_percentage: 50 },
            { key: "monthly", rollout_percentage: 50 },
          ],
        },
        payloads: { annual: '{"price":120}', monthly: '{"price":12}' },
      },
    },
    // Nothing that a page asks for, and no definition decides it.
    {
      key: "pro-only",
      active: true,
      filters: {
        groups: [{
          rollout_percentage: 100,
          properties: [{
            key: "plan",
            value: "pro",
            operator: "exact",
            type: "person",
          }],
        }],
      },
    },
  ],
};

export const FLAGS_SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const NEXT = "node_modules/next/dist/bin/next";
const HEADERS = { "x-posthog-distinct-id": "visitor-1" };

export function createEnv({ url }: Collector): Record<string, string> {
  return {
    POSTHOG_API_KEY: "phc_x",
    POSTHOG_PERSONAL_API_KEY: "phx_x",
    POSTHOG_HOST: url,
    FLAGS_SECRET,
  };
}

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

/** Keeps no connection open, which would hold up the end of the server. */
export async function request(
  url: string,
  init: RequestInit = {},
): Promise<Answer> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(url, { redirect: "manual", ...init, client });
  return {
    status: response.status,
    location: response.headers.get("location") ?? "",
    text: await response.text(),
  };
}

export async function get(
  { url }: ProjectServer,
  path: string,
  headers: Record<string, string> = HEADERS,
): Promise<Answer> {
  return await request(url + path, { headers });
}

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

/** What a page says of its flags: by the Flags SDK, and by a snapshot of its own. */
export interface FlagPage {
  readonly sdk: Record<string, unknown>;
  readonly own: Record<string, unknown>;
}

/** Reads what a page says of its flags. */
export async function readFlags(
  server: ProjectServer,
  user: string,
  query: string = "",
  headers: Record<string, string> = {},
): Promise<FlagPage> {
  const { text } = await get(server, `/flags${query}`, {
    "x-user": user,
    ...headers,
  });
  return JSON.parse(readJson(text));
}

/** The JSON that a page shows. */
export function readJson(page: string): string {
  const json = page.match(/<pre>(.*?)<\/pre>/)?.[1];
  assert(json, page);
  return json.replaceAll("&quot;", '"');
}
