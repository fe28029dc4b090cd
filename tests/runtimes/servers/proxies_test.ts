import { assertEquals, assertMatch } from "@std/assert";
import { PostHog, type PostHogOptions } from "edgehog";
import { createPostHogEmulator } from "edgehog/dev";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";
import { CAPTURE_PATHS } from "../../_kit/capture_paths.ts";
import { within } from "../../_kit/within.ts";

/** What a proxy answers by itself, or the headers that it hands on. */
type Rule = (pathname: string, headers: Headers) => Response | Headers;

const refuse = (status: number) => new Response("not here", { status });

const passAll: Rule = (_pathname, headers) => headers;

const stripAuthorization: Rule = (_pathname, headers) => {
  headers.delete("authorization");
  return headers;
};

/** As an allow-list of before v1. */
const allowBatch = (status: number): Rule => (pathname, headers) =>
  pathname.startsWith("/batch") ? headers : refuse(status);

/** A PostHog on loopback behind a proxy on loopback, whose rule can change. */
async function createPlace(rule: Rule) {
  const emulator = createPostHogEmulator();
  const served = await serveEmulator(emulator, 0);
  const state = { rule };
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      asked.push(pathname);
      const body = await request.arrayBuffer();
      const ruled = state.rule(pathname, new Headers(request.headers));
      if (ruled instanceof Response) return ruled;
      const { method } = request;
      const target = served.url + pathname + search;
      return await fetch(target, { method, headers: ruled, body });
    },
  );
  const host = `http://127.0.0.1:${server.addr.port}`;
  const create = (options: PostHogOptions = {}) => {
    const lines: string[] = [];
    const log = (message: string) => void lines.push(message);
    const posthog = new PostHog("phc_proxied", {
      host,
      fetchRetryCount: 0,
      disableSingletonWarning: true,
      logger: { debug() {}, info() {}, warn: log, error: log },
      ...options,
    });
    return { posthog, lines };
  };
  return {
    state,
    emulator,
    asked,
    host,
    create,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await served[Symbol.asyncDispose]();
    },
  };
}

const CAPTURES = {
  analytics: (posthog: PostHog) =>
    posthog.capture({ distinctId: "u", event: "paid" }),
  ai: (posthog: PostHog) =>
    posthog.captureAi({ distinctId: "u", event: "$ai_span" }),
};
const LANES = ["analytics", "ai"] as const;

/** With real sockets, and so under a deadline of its own. */
function test(name: string, run: () => Promise<void>): void {
  Deno.test(name, () => within(run(), 20_000, name));
}

for (const lane of LANES) {
  const capture = CAPTURES[lane];
  const path = CAPTURE_PATHS.v1[lane];

  test(`a proxy that strips Authorization is told of once, and captureMode 'v0' passes it: ${lane} (UPS-018)`, async () => {
    await using place = await createPlace(stripAuthorization);
    const { posthog, lines } = place.create();
    capture(posthog);
    capture(posthog);
    const { dropped } = await posthog.flush();
    assertEquals([dropped, posthog.queueSize, lines.length], [2, 0, 1]);
    assertMatch(lines[0] ?? "", RegExp(`${place.host} answered 401`));
    assertMatch(lines[0] ?? "", /Authorization.*captureMode/);
    assertEquals(lines.join().includes("phc_"), false);
    assertEquals(new Set(place.asked), new Set([path]));

    const older = place.create({ captureMode: "v0" });
    capture(older.posthog);
    assertEquals((await older.posthog.flush()).delivered, 1);
    assertEquals([older.lines, place.emulator.events.length], [[], 1]);
  });

  test(`a proxy that answers 404 is told of once, and all arrives once it is mended: ${lane} (UPS-013, UPS-018)`, async () => {
    await using place = await createPlace(() => refuse(404));
    const { posthog, lines } = place.create();
    const uuids = [capture(posthog)];
    assertEquals((await posthog.flush()).retained, 1);
    uuids.push(capture(posthog));
    assertEquals((await posthog.flush()).retained, 2);
    assertEquals([posthog.queueSize, lines.length], [2, 1]);
    assertMatch(lines[0] ?? "", /kept for the next try/);
    assertMatch(lines[0] ?? "", RegExp(`answered 404.*${path}.*captureMode`));
    assertEquals(new Set(place.asked), new Set([path]));

    place.state.rule = passAll;
    assertEquals((await posthog.flush()).delivered, 2);
    assertEquals(place.emulator.events.map(({ uuid }) => uuid), uuids);
  });
}

for (const [status, isKept] of [[403, 0], [404, 1], [405, 0]] as const) {
  test(`a proxy that allows /batch alone is told of once, and captureMode 'v0' passes it: ${status} (UPS-018, UPS-019)`, async () => {
    await using place = await createPlace(allowBatch(status));
    const { posthog, lines } = place.create();
    const uuid = CAPTURES.analytics(posthog);
    const { dropped, retained } = await posthog.flush();
    assertEquals([dropped, retained], [1 - isKept, isKept]);
    assertEquals([posthog.queueSize, lines.length], [isKept, 1]);
    const path = CAPTURE_PATHS.v1.analytics;
    assertMatch(lines[0] ?? "", RegExp(`answered ${status}.*${path}.*'v0'`));
    assertEquals(new Set(place.asked), new Set([path]));

    const older = place.create({ captureMode: "v0" });
    CAPTURES.analytics(older.posthog);
    assertEquals((await older.posthog.flush()).delivered, 1);
    assertEquals([older.lines, place.emulator.events.length], [[], 1]);

    place.state.rule = passAll;
    assertEquals((await posthog.flush()).delivered, isKept);
    const arrived = place.emulator.events.map((event) => event.uuid);
    assertEquals(arrived.includes(String(uuid)), isKept === 1);
  });
}
