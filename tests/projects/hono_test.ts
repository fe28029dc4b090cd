import { assertEquals } from "@std/assert";
import type { ReceivedEvent } from "edgehog/dev";
import type { StdinOptions } from "esbuild";
import { findBun } from "../_kit/bun.ts";
import { fromRoot } from "../_kit/paths.ts";
import { createWorker } from "../_kit/workerd.ts";
import { type Server, startServer } from "./_program.ts";
import { type Project, testProject } from "./_project.ts";
import { type Asked, drive, inOrder, serveCollector } from "./_servers.ts";
import { checkTypes } from "./_types.ts";
import { bundleWorker } from "./_worker.ts";

/** The two newest majors, by the names that the manifest has for them. */
const MAJORS = ["hono", "hono3"] as const;

/** Starts the application on a runtime, with the major and the host of PostHog. */
type Start = (
  project: Project,
  hono: string,
  host: string,
) => Promise<Server>;

const serveBy =
  (...command: readonly string[]): Start => ({ directory }, hono, host) =>
    startServer([...command, "server.mjs", hono, host], directory);

const RUNTIMES: Readonly<Record<string, Start>> = {
  Node: serveBy("node"),
  Bun: (...to) => serveBy(findBun())(...to),
  Deno: serveBy(Deno.execPath(), "run", "-A", "--node-modules-dir=manual"),
  workerd: startWorker,
};

async function startWorker(
  { directory }: Project,
  hono: string,
  host: string,
): Promise<Server> {
  const code = await Deno.readTextFile(`${directory}/worker.mjs`);
  const contents = code.replaceAll('from "hono', `from "${hono}`);
  return await serveWorker({ contents, resolveDir: directory }, host);
}

/** Serves a module of the project in workerd. */
async function serveWorker(
  stdin: StdinOptions,
  host: string,
): Promise<Server> {
  const worker = await createWorker({
    script: bundleWorker(stdin),
    bindings: { POSTHOG_HOST: host, POSTHOG_API_KEY: "phc_x" },
  });
  return {
    url: worker.url.origin,
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}

/** What is asked in turn, and what Hono itself answers; what escapes it is the runtime's to answer. */
const REQUESTS: readonly Asked[] = [
  ["/viewed", 200, "ok"],
  ["/streamed", 200, "one two"],
  ["/none", 404, "404 Not Found"],
  ["/orders/7?token=secret", 500, "Internal Server Error"],
  ["/thrown/404", 404, "no"],
  ["/thrown/502", 502, "no"],
  ["/text", 500],
  ["/sub/twice", 200, "true"],
  ["/sub/orders/7", 503, "sub"],
  ["/passing/orders/7", 500, "Internal Server Error"],
  ["/bare/orders/7", 503, "own"],
  ["/custom/orders/7", 502, '{"message":"boom"}'],
  ["/escaping/orders/7", 500],
];

/** Of each event: its name or message, whose it is, route and status. */
const EVENTS: readonly (readonly unknown[])[] = [
  ["viewed", "/viewed"],
  ["streamed", "/streamed"],
  ["boom", "/orders/7", "hono.middleware", "/orders/:id", 500],
  ["no", "/thrown/502", "hono.middleware", "/thrown/:status", 502],
  ["text", "/text", "hono.middleware", "/text", undefined],
  ["boom", "/sub/orders/7", "hono.middleware", "/sub/orders/:id", 503],
  ["boom", "/passing/orders/7", "hono.middleware", "/passing/orders/:id", 500],
  ["boom", "/bare/orders/7", "hono.middleware", "/bare/orders/:id", 503],
  ["boom", "/custom/orders/7", "hono.middleware", "/custom/orders/:id", 502],
  [
    "boom",
    "/escaping/orders/7",
    "hono.middleware",
    "/escaping/orders/:id",
    undefined,
  ],
];

function describe({ event, properties }: ReceivedEvent): readonly unknown[] {
  const { $exception_message: message, $request_path: path } = properties;
  if (message === undefined) return [event, path];
  const { $exception_source: source, $response_status_code: status } =
    properties;
  return [message, path, source, properties["route"], status];
}

testProject("hono", async (project, t) => {
  for (const hono of MAJORS) {
    for (const [runtime, start] of Object.entries(RUNTIMES)) {
      await using collector = await serveCollector();
      await using server = await start(project, hono, collector.url);
      const { answers, events } = await drive(
        server,
        collector,
        REQUESTS,
        EVENTS.length,
      );
      await t.step(
        `${hono} on ${runtime}: Hono's answers are unchanged, and the outer of two scopes is kept (EDGE-350, EDGE-360)`,
        () => {
          assertEquals([...answers], [...REQUESTS]);
        },
      );
      await t.step(
        `${hono} on ${runtime}: events arrive, those after the answer too; each error once, with its route, and no 404 (EDGE-350, EDGE-351, EDGE-352, EDGE-353, EDGE-355, EDGE-360)`,
        () => {
          assertEquals(
            inOrder(events.map(describe)),
            inOrder([...EVENTS, ...EVENTS.slice(0, 1)]),
          );
        },
      );
      await t.step(
        `${hono} on ${runtime}: all are about whoever asked (EDGE-350)`,
        () => {
          const ids = new Set(events.map(({ distinctId }) => distinctId));
          assertEquals([...ids], ["user-1"]);
        },
      );
    }
  }
  await t.step(
    "c.var.posthog is typed by the client's features in both majors (EDGE-355, EDGE-356)",
    () => checkTypes(project, "types.ts"),
  );
  await t.step(
    "the example compiles, and runs on workerd (EDGE-350, EDGE-352)",
    async () => {
      const example = fromRoot("examples/hono/src");
      const resolveDir = `${project.directory}/example`;
      await Deno.mkdir(resolveDir);
      for (const file of ["app.ts", "index.ts"]) {
        await Deno.copyFile(`${example}/${file}`, `${resolveDir}/${file}`);
      }
      await checkTypes(project, "example/app.ts");
      await using collector = await serveCollector();
      const contents = await Deno.readTextFile(`${resolveDir}/index.ts`);
      await using server = await serveWorker(
        { contents, resolveDir },
        collector.url,
      );
      const ask = async (path: string, method: string) => {
        const headers = { cookie: "visitor=user-1" };
        const response = await fetch(`${server.url}${path}`, {
          method,
          headers,
        });
        return [response.status, await response.json()];
      };
      assertEquals(await ask("/", "GET"), [200, { navigation: "classic" }]);
      assertEquals(await ask("/orders/7", "GET"), [
        404,
        { message: "No order 7" },
      ]);
      assertEquals(await ask("/orders", "POST"), [
        503,
        { message: "Please try again" },
      ]);
      await collector.receive(4);
      assertEquals(
        inOrder(collector.events.map(({ event, distinctId }) => [
          event,
          distinctId,
        ])),
        inOrder([
          ["$exception", "user-1"],
          ["$feature_flag_called", "user-1"],
          ["order placed", "user-1"],
          ["shop viewed", "user-1"],
        ]),
      );
    },
  );
});
