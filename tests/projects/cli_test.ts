import { assert, assertEquals, assertMatch } from "@std/assert";
import { PostHog } from "edgehog";
import { createPostHogEmulator } from "edgehog/dev";
import { serveEmulator } from "../../scripts/cli/serve_emulator.ts";
import { findBun } from "../_kit/bun.ts";
import { findFreePort } from "../_kit/free_port.ts";
import { run } from "../_kit/run.ts";
import { type ProjectServer, startServer } from "./_program.ts";
import { type Project, testProject } from "./_project.ts";

const CLI = "node_modules/edgehog/dist/cli.js";

/** What `npx edgehog` runs, on each runtime that has `node:http`. */
const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  Node: ["node", CLI],
  Bun: [findBun(), CLI],
  Deno: [Deno.execPath(), "run", "-A", CLI],
};

const EVENTS = 1000;

/** When the emulator is killed: in the middle of them. */
const ENOUGH = 400;

/** Requests under way at once. */
const SENDERS = 8;

/** Starts the emulator on a free port. */
function startEmulator(
  { directory }: Project,
  runtime: readonly string[],
  ...options: readonly string[]
): Promise<ProjectServer> {
  const command = [...runtime, "emulator", "--port", "0", ...options];
  return startServer(command, directory);
}

/** Sends one event in a request of its own; says whether it was acknowledged. */
async function send(url: string, uuid: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/batch/`, {
      method: "POST",
      body: JSON.stringify({
        api_key: "phc_local",
        batch: [{
          uuid,
          event: "order placed",
          distinct_id: "user-1",
          timestamp: "2026-01-01T00:00:00.000Z",
        }],
      }),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Sends events until the emulator is killed in the middle of them; gives those that it acknowledged. */
async function sendUntilKilled(
  { url, kill }: ProjectServer,
): Promise<ReadonlySet<string>> {
  const acknowledged = new Set<string>();
  let sent = 0;
  let killed: Promise<number> | undefined;
  const work = async () => {
    while (sent++ < EVENTS) {
      const uuid = crypto.randomUUID();
      if (!await send(url, uuid)) return;
      acknowledged.add(uuid);
      if (acknowledged.size >= ENOUGH) killed ??= kill();
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, work));
  await killed;
  return acknowledged;
}

/** The uuids that a store's file has. */
async function readStore(path: string): Promise<ReadonlySet<string>> {
  const text = await Deno.readTextFile(path);
  const emulator = createPostHogEmulator({
    store: { read: () => text, append() {} },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  await emulator.ready();
  return new Set(emulator.events.map(({ uuid }) => uuid));
}

async function getFlag(url: string): Promise<unknown> {
  const posthog = new PostHog("phc_local", { host: url });
  const flags = await posthog.evaluateFlags("user-1");
  const value = flags.getFlag("new-nav");
  posthog.capture({ distinctId: "user-1", event: "page viewed", flags });
  await posthog.shutdown();
  return value;
}

/** A set-up of the doctor's, the exit status, and what it prints. */
type Visit = readonly [
  name: string,
  env: Readonly<Record<string, string>>,
  status: number,
  line: RegExp,
];

/** What a server in between answers by itself, or undefined; the headers may be changed. */
type Rule = (pathname: string, headers: Headers) => Response | undefined;

const RULES: Readonly<Record<string, Rule>> = {
  plain: () => undefined,
  stripped(_pathname, headers) {
    headers.delete("authorization");
    return undefined;
  },
  older: (pathname) =>
    pathname.startsWith("/i/v1/")
      ? new Response("no", { status: 405 })
      : undefined,
  scopeless: (pathname) =>
    pathname === "/flags/definitions"
      ? Response.json({ code: "permission_denied" }, { status: 403 })
      : undefined,
  flagless: (pathname) =>
    pathname.startsWith("/flags")
      ? new Response("no", { status: 404 })
      : undefined,
  page: () =>
    new Response("<!doctype html>", {
      headers: { "content-type": "text/html" },
    }),
  poor: (pathname) =>
    pathname.startsWith("/flags/def")
      ? new Response("", { status: 402 })
      : undefined,
  late: (pathname) =>
    pathname.startsWith("/i/v1/")
      ? Response.json({ error: "empty_batch" }, {
        status: 400,
        headers: { date: "Thu, 01 Jan 2026 00:00:00 GMT" },
      })
      : undefined,
};

/** A PostHog on loopback behind servers on loopback, one for each rule. */
async function servePlaces() {
  const emulator = createPostHogEmulator({
    projectToken: "phc_right",
    secretKey: "phx_right",
  });
  const served = await serveEmulator(emulator, 0);
  const servers = Object.entries(RULES).map(([name, rule]) => {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const { pathname, search } = new URL(request.url);
        const headers = new Headers(request.headers);
        const body = await request.arrayBuffer();
        const { method } = request;
        return rule(pathname, headers) ??
          await fetch(served.url + pathname + search, {
            method,
            headers,
            ...(method === "POST" && { body }),
          });
      },
    );
    return [name, server] as const;
  });
  return {
    emulator,
    urls: Object.fromEntries(
      servers.map((
        [name, { addr }],
      ) => [name, `http://127.0.0.1:${addr.port}`]),
    ),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map(([, server]) => server.shutdown()));
      await served[Symbol.asyncDispose]();
    },
  };
}

const KEYS = {
  POSTHOG_PROJECT_TOKEN: "phc_right",
  POSTHOG_PERSONAL_API_KEY: "phx_right",
};

function buildVisits(urls: Readonly<Record<string, string>>): readonly Visit[] {
  const at = (place: string, path = "") => ({
    ...KEYS,
    POSTHOG_HOST: `${urls[place]}${path}`,
  });
  return [
    ["all is well", at("plain"), 0, /^ok +definitions /m],
    ["nothing set", {}, 1, /^WRONG +token +There is no project token/m],
    [
      "another region's token",
      { ...at("plain"), POSTHOG_PROJECT_TOKEN: "phc_wrong" },
      1,
      /^WRONG +token .* does not know the project token; check .*region/m,
    ],
    [
      "a personal key as token",
      { ...at("plain"), POSTHOG_PROJECT_TOKEN: "phx_right" },
      1,
      /^WRONG +token .* holds a secret key .*; put the project token/m,
    ],
    [
      "a token as personal key",
      { ...at("plain"), POSTHOG_PERSONAL_API_KEY: "phc_right" },
      1,
      /^WRONG +definitions .* holds a project token .*; put a personal/m,
    ],
    [
      "a stripped Authorization",
      at("stripped"),
      1,
      /^WRONG +events +The header Authorization does not get through .*; let/m,
    ],
    [
      "a path",
      at("plain", "/api"),
      1,
      /^WRONG +host .* path \/api: .*; leave the path out/m,
    ],
    [
      "a missing scope",
      at("scopeless"),
      1,
      /^WRONG +definitions .*\(403\); give it the scope feature_flag:read/m,
    ],
    [
      "no v1",
      at("older"),
      1,
      /^WRONG +events +\/i\/v1\/.* answered 405; let the proxy pass \/i\/v1\//m,
    ],
    [
      "no flags",
      at("flagless"),
      1,
      /^WRONG +flags +\/flags\/ .* answered 404; let/m,
    ],
    [
      "a web page",
      at("page"),
      1,
      /^WRONG +host +A web page answers .*; set POSTHOG_HOST/m,
    ],
    [
      "a quota",
      at("poor"),
      1,
      /^WRONG +definitions +The project's quota .*\(402\); raise/m,
    ],
    [
      "a clock",
      at("late"),
      1,
      /^WRONG +clock .* (minutes|hours|days) ahead; set it/m,
    ],
    [
      "a name that is not there",
      { ...KEYS, POSTHOG_HOST: "https://edgehog.invalid" },
      1,
      /^WRONG +host .*edgehog\.invalid (is not known|can't be reached).*; check/m,
    ],
    [
      "https where there is none",
      { ...KEYS, POSTHOG_HOST: (urls["plain"] ?? "").replace("http", "https") },
      1,
      /^WRONG +host .*(no connection that can be trusted|can't be reached).*; check/m,
    ],
    [
      "a port where nobody listens",
      { ...KEYS, POSTHOG_HOST: `http://127.0.0.1:${findFreePort()}` },
      1,
      /^WRONG +host +(Nobody listens at |http:.* can't be reached).*; check/m,
    ],
  ];
}

testProject("cli", async (project, t) => {
  const { directory } = project;
  await t.step("npx edgehog --help and --version", async () => {
    assertMatch(
      await project.run("npx", "--no-install", "edgehog", "--help"),
      /^Usage: npx edgehog /,
    );
    assertMatch(
      await project.run("npx", "--no-install", "edgehog", "--version"),
      /^\d+\.\d+\./,
    );
  });
  await t.step(
    "npx edgehog fails in one line where a call is wrong",
    async () => {
      const command = [
        "npx",
        "--no-install",
        "edgehog",
        "emulator",
        "--port",
        "abc",
      ];
      const { code, output } = await run(command, { cwd: directory });
      assertEquals(code, 2);
      assertMatch(output, /^edgehog: Cannot use '--port': [^\n]*\n$/);
    },
  );
  for (const [name, runtime] of Object.entries(RUNTIMES)) {
    await t.step(
      `${name}: the emulator follows its flags, and keeps them while they are broken`,
      async () => {
        const file = `${directory}/flags.json`;
        await Deno.writeTextFile(file, '{ "new-nav": "first" }');
        await using emulator = await startEmulator(
          project,
          runtime,
          "--flags",
          "flags.json",
        );
        assertEquals(await getFlag(emulator.url), "first");
        await emulator.says(
          /^200 POST \/i\/v1\/analytics\/events {2}.*page viewed/m,
        );
        await Deno.writeTextFile(file, "{");
        await emulator.says(
          /^Cannot take the flags of flags\.json: .* the last good ones stay$/m,
        );
        assertEquals(await getFlag(emulator.url), "first");
        // As editors do: a new file in the place of the old one.
        await Deno.writeTextFile(
          `${file}.new`,
          '{ "flags": [{ "key": "new-nav", "active": true, "filters": { "groups": [{}] } }] }',
        );
        await Deno.rename(`${file}.new`, file);
        await emulator.says(/^Took the flags of flags\.json; a client /m);
        assertEquals(await getFlag(emulator.url), true);
      },
    );
    await t.step(
      `${name}: the emulator follows flags behind a link, and in a directory that is made anew`,
      async () => {
        const real = `${directory}/real`;
        await Deno.mkdir(real);
        await Deno.writeTextFile(
          `${real}/flags.json`,
          '{ "new-nav": "first" }',
        );
        await Deno.symlink("real/flags.json", `${directory}/link.json`);
        await using emulator = await startEmulator(
          project,
          runtime,
          "--flags",
          "link.json",
        );
        await Deno.writeTextFile(
          `${real}/flags.json`,
          '{ "new-nav": "second" }',
        );
        await emulator.says(/^Took the flags of link\.json; /m);
        assertEquals(await getFlag(emulator.url), "second");
        await Deno.remove(real, { recursive: true });
        await emulator.says(/^Cannot take the flags .*no such file/m);
        emulator.forget();
        await Deno.mkdir(real);
        await Deno.writeTextFile(
          `${real}/flags.json`,
          '{ "new-nav": "third" }',
        );
        await emulator.says(/^Took the flags of link\.json; /m);
        assertEquals(await getFlag(emulator.url), "third");
        await Deno.remove(real, { recursive: true });
        await Deno.remove(`${directory}/link.json`);
      },
    );
    await t.step(
      `${name}: killed in the middle of ${EVENTS} events, the store misses nothing that was acknowledged`,
      async () => {
        const options = ["--store", `${name}.jsonl`];
        await using first = await startEmulator(project, runtime, ...options);
        const acknowledged = await sendUntilKilled(first);
        assert(acknowledged.size >= ENOUGH && acknowledged.size < EVENTS);
        await using second = await startEmulator(project, runtime, ...options);
        const stored = await readStore(`${directory}/${name}.jsonl`);
        assertEquals(acknowledged.difference(stored).size, 0);
        assert(
          second.said().includes(`(${stored.size} until now)`),
          second.said(),
        );
        const uuid = crypto.randomUUID();
        assert(await send(second.url, uuid));
        assert((await readStore(`${directory}/${name}.jsonl`)).has(uuid));
      },
    );
  }
  await t.step(
    "the emulator serves its page, and its events, to this machine alone",
    async () => {
      await using emulator = await startEmulator(project, ["node", CLI]);
      assert(await send(emulator.url, crypto.randomUUID()));
      const ask = async (path: string, headers: HeadersInit = {}) => {
        const response = await fetch(`${emulator.url}${path}`, { headers });
        return [response.status, await response.text()] as const;
      };
      const [status, page] = await ask("/");
      assertEquals(status, 200);
      assertMatch(page, /^<!doctype html>/i);
      const [, events] = await ask("/events");
      assertEquals(JSON.parse(events).events.length, 1);
      const [refused] = await ask("/events", { origin: "https://example.com" });
      assertEquals(refused, 403);
    },
  );
  await t.step(
    "whoever closes the page leaves room for the next, long after",
    async () => {
      await using emulator = await startEmulator(project, ["node", CLI]);
      // A socket: it is closed when it is said so.
      const open = async () => {
        const { host, hostname, port } = new URL(emulator.url);
        const socket = await Deno.connect({ hostname, port: Number(port) });
        const request =
          `GET /emulator/changes HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
        await socket.write(new TextEncoder().encode(request));
        const start = new Uint8Array("HTTP/1.1 200".length);
        await socket.read(start);
        const status = Number(new TextDecoder().decode(start).slice(-3));
        return { status, socket };
      };
      const pages = await Promise.all(Array.from({ length: 32 }, open));
      assertEquals(pages.map(({ status }) => status), Array(32).fill(200));
      // As much as it takes until the runtime has looked for garbage.
      for (let n = 0; n < 60; n++) {
        const response = await fetch(`${emulator.url}/batch/`, {
          method: "POST",
          body: JSON.stringify({ junk: "x".repeat(2_000_000) }),
        });
        await response.body?.cancel();
      }
      for (const { socket } of pages) socket.close();
      let status = 0;
      for (let tries = 0; status !== 200 && tries < 1000; tries++) {
        const next = await open();
        status = next.status;
        next.socket.close();
      }
      assertEquals(status, 200);
    },
  );
  await t.step("a port that is taken is one line", async () => {
    await using emulator = await startEmulator(project, ["node", CLI]);
    const port = new URL(emulator.url).port;
    const command = ["node", CLI, "emulator", "--port", port];
    const { code, output } = await run(command, { cwd: directory });
    assertEquals(code, 1);
    assertMatch(
      output,
      /^edgehog: Cannot listen on port \d+, choose another [^\n]*\n$/,
    );
  });
  await t.step(
    "an address that is not this machine's is one line",
    async () => {
      const command = ["node", CLI, "emulator", "--host", "192.0.2.1"];
      const { code, output } = await run(command, { cwd: directory });
      assertEquals(code, 1);
      assertMatch(
        output,
        /^edgehog: Cannot listen on 192\.0\.2\.1, choose another with --host: [^\n]*\n$/,
      );
    },
  );
  await t.step(
    "a body that is too large is refused, and the next one taken",
    async () => {
      await using emulator = await startEmulator(project, ["node", CLI]);
      const response = await fetch(`${emulator.url}/batch/`, {
        method: "POST",
        body: new Uint8Array(21 * 1024 * 1024),
      });
      await response.body?.cancel();
      assertEquals(response.status, 413);
      assert(await send(emulator.url, crypto.randomUUID()));
    },
  );
  for (const [name, runtime] of Object.entries(RUNTIMES)) {
    await t.step(
      `${name}: variables that are not there are one line`,
      async () => {
        const command = [...runtime, "doctor", "--env", "none.env"];
        const { code, output } = await run(command, { cwd: directory });
        assertEquals([code, output], [
          1,
          "edgehog: Cannot read the variables of none.env: there is no such file or directory\n",
        ]);
      },
    );
  }
  await t.step(
    "a store that is another's file is one line, and stays as it is",
    async () => {
      const file = `${directory}/package.json`;
      const before = await Deno.readTextFile(file);
      const command = ["node", CLI, "emulator", "--store", "package.json"];
      const { code, output } = await run(command, { cwd: directory });
      assertEquals([code, output], [
        1,
        "edgehog: Cannot use the store package.json: it has something else than an emulator's store\n",
      ]);
      assertEquals(await Deno.readTextFile(file), before);
    },
  );
  await t.step("a store that can't be written is one line", async () => {
    const command = ["node", CLI, "emulator", "--store", "none/store.jsonl"];
    const { code, output } = await run(command, { cwd: directory });
    assertEquals([code, output], [
      1,
      "edgehog: Cannot use the store none/store.jsonl: there is no such file or directory\n",
    ]);
  });
  await using places = await servePlaces();
  for (const [name, runtime] of Object.entries(RUNTIMES)) {
    for (const [setUp, env, status, line] of buildVisits(places.urls)) {
      await t.step(`${name}: the doctor, ${setUp}`, async () => {
        const command = [...runtime, "doctor"];
        const { code, output } = await run(command, { cwd: directory, env });
        assertMatch(output, line);
        assertEquals(code, status);
        assert(!/ph[cx]_(right|wrong)/.test(output));
      });
    }
  }
  await t.step("the doctor reads .dev.vars, and prints JSON", async () => {
    const text = Object.entries({ ...KEYS, POSTHOG_HOST: places.urls["plain"] })
      .map(([name, value]) => `${name}=${value}\n`).join("");
    await Deno.writeTextFile(`${directory}/.dev.vars`, text);
    const plain = await project.run("npx", "--no-install", "edgehog", "doctor");
    assertMatch(plain, /^With the variables of \.dev\.vars:\nok /);
    const { ok } = JSON.parse(
      await project.run("npx", "--no-install", "edgehog", "doctor", "--json"),
    );
    assertEquals(ok, true);
  });
  assertEquals(places.emulator.events, []);
});
