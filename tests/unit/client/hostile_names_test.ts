import { assert, assertEquals } from "@std/assert";
import { PostHog } from "edgehog";
import { createTestClient, type TestClientOptions } from "edgehog/testing";

/** Breaks lines, speaks to terminals, and is a mebibyte long. */
const NAME = "\n\r\u2028\u001b[2J\u009b\0".padEnd(2 ** 20, "жя\n");

/** The one message of more than one part: flags with their reasons. */
const LONG = "Flags can't be decided locally: ";

/** A client that says all it can, and every line of it: of the logger, the listeners and the errors. */
function createTalkingClient(options: TestClientOptions = {}) {
  const lines: string[] = [];
  const client = createTestClient({
    debug: true,
    onError: ({ message }) => void lines.push(message),
    ...options,
  });
  const { posthog, logs } = client;
  posthog.on("error", ({ message }) => void lines.push(message));
  posthog.on("warning", (message) => void lines.push(message));
  const said = () => [...lines, ...logs.map(({ message }) => message)];
  return { ...client, said };
}

/** How many of them name it; each is one line, and short. */
function checkLines(lines: readonly string[]): number {
  for (const line of lines) {
    assert(!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(line), JSON.stringify(line));
    const max = line.startsWith(LONG) ? 700 : 200;
    assert(line.length <= max, `${line.length} characters: ${line}`);
  }
  return lines.filter((line) => line.includes("жя")).length;
}

type Method = readonly [
  name: string,
  call: (args: readonly unknown[]) => unknown,
];

/** These end the client, or hand over what is not theirs to say. */
const LEFT_OUT = [
  "constructor",
  "shutdown",
  "close",
  "disable",
  "optOut",
  "flush",
  "forRequest",
];

/** The methods of an object's prototypes. */
function listMethods(owner: object): Method[] {
  const names = new Set<string>();
  for (
    let holder = owner;
    holder !== Object.prototype;
    holder = Object.getPrototypeOf(holder)
  ) for (const name of Object.getOwnPropertyNames(holder)) names.add(name);
  return [...names].filter((name) => !LEFT_OUT.includes(name))
    .flatMap((name): Method[] => {
      const method: unknown = Reflect.get(owner, name);
      return typeof method === "function"
        ? [[name, (args) => method.apply(owner, args)]]
        : [];
    });
}

const LOOP: Record<string, unknown> = { [NAME]: 10n };
LOOP["loop"] = LOOP;

/** A message in which everything that is a name is this one. */
const MESSAGE = {
  event: NAME,
  distinctId: NAME,
  [NAME]: NAME,
  ["distinct_id"]: NAME,
  properties: LOOP,
  groups: { [NAME]: NAME },
  groupType: NAME,
  groupKey: NAME,
  alias: NAME,
  uuid: NAME,
  timestamp: NAME,
  flagKeys: [NAME],
  sendFeatureFlags: NAME,
  personProperties: LOOP,
  groupProperties: { [NAME]: LOOP },
};

const ARGUMENTS: readonly (readonly unknown[])[] = [
  [NAME, NAME, NAME, NAME],
  [MESSAGE, MESSAGE],
  [NAME, NAME, MESSAGE],
  [new Error(NAME, { cause: NAME }), NAME, MESSAGE, MESSAGE],
  [{ [NAME]: true }, [NAME]],
  [[NAME], NAME, () => {}],
];

Deno.test("names of a mebibyte with line breaks and terminal escapes are one short line, through every verb of client and scope (FLD-088)", async () => {
  const flags = {
    flags: Array.from({ length: 2 }, (_, id) => ({
      id,
      key: `${id}${NAME}`,
      active: true,
      filters: {
        groups: [{ properties: [{ type: NAME, key: NAME, operator: NAME }] }],
      },
    })),
  };
  const { posthog, clock, emulator, said } = createTalkingClient({
    flags,
    maxQueueBytes: 2 ** 30,
    beforeSend: (event) => event.event === NAME ? null : event,
  });
  const scope = posthog.forRequest({ url: `https://a.example/?${NAME}` });
  const open: unknown[] = [];
  for (const owner of [posthog, scope]) {
    for (const [, call] of listMethods(owner)) {
      for (const args of ARGUMENTS) open.push(attempt(() => call(args)));
    }
    posthog.debug(true);
  }
  emulator.failNext({ status: 400, body: NAME });
  open.push(posthog.flush(), posthog.shutdown());
  await clock.advance(120_000);
  await Promise.allSettled(open);
  const named = checkLines(said());
  assert(named > 30, `${named} lines name it`);
});

function attempt(call: () => unknown): unknown {
  try {
    return call();
  } catch {
    return undefined;
  }
}

Deno.test("names of a mebibyte in options are one short line (FLD-088)", () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const logger = { debug: write, info: write, warn: write, error: write };
  const onError = ({ message }: Error) => write(message);
  for (const key of ["phc_x", NAME]) {
    for (const host of [NAME, `ftp://${NAME}`, "https://a.example"]) {
      const options = {
        [NAME]: 1,
        host,
        captureMode: NAME,
        logger,
        onError,
        debug: true,
      };
      new PostHog(key, options as never);
    }
  }
  assert(checkLines(lines) > 0, "none names it");
});

Deno.test("what a server, a network and a callback answer is one short line (FLD-088, FLD-089)", async () => {
  const answers: (() => Response)[] = [
    () => {
      throw new TypeError(NAME, { cause: new Error(NAME) });
    },
    () => new Response(NAME, { status: 400 }),
    () => Response.json({ flags: {}, ["quota_limited"]: [NAME] }),
  ];
  for (const answer of answers) {
    const { posthog, clock, said } = createTalkingClient({
      fetch: () => Promise.resolve().then(answer),
      beforeSend(event) {
        if (event.event === "bad") throw new Error(NAME);
        return event;
      },
    });
    posthog.capture({ distinctId: "user-1", event: "bad" });
    posthog.capture({ distinctId: "user-1", event: "good" });
    const open = [
      posthog.evaluateFlags("user-1"),
      posthog.getRemoteConfigPayload("a"),
      posthog.reloadFeatureFlags(),
      posthog.flush(),
    ];
    await clock.advance(300_000);
    await Promise.all(open);
    checkLines(said());
  }
  assertEquals(answers.length, 3);
});
