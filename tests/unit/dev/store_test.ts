import { assertEquals, assertRejects } from "@std/assert";
import {
  createPostHogEmulator,
  type EmulatorOptions,
  type EmulatorStore,
  type PostHogEmulator,
} from "../../../src/dev/mod.ts";
import {
  createRecordingLogger,
  type RecordingLogger,
} from "../../../src/testing/recording_logger.ts";
import {
  getDefinitions,
  postBatch,
  postV1,
  uuid,
  v1Event,
  wireEvent,
} from "./_requests.ts";

/** A file in memory. */
interface File extends EmulatorStore {
  text: string;
  /** What the next appends do before they write. */
  before: (text: string) => void | Promise<void>;
}

function createFile(text = ""): File {
  return {
    text,
    before: () => {},
    read() {
      return this.text;
    },
    async append(text) {
      await this.before(text);
      this.text += text;
    },
  };
}

function start(store: EmulatorStore, options: EmulatorOptions = {}) {
  const logger = createRecordingLogger();
  const emulator = createPostHogEmulator({ store, logger, ...options });
  return { emulator, logger };
}

async function restart(store: EmulatorStore, options: EmulatorOptions = {}) {
  const started = start(store, options);
  await started.emulator.ready();
  return started;
}

const said = ({ entries }: RecordingLogger) =>
  entries.map(({ level, message }) => [level, message]);

const uuidsOf = ({ events }: PostHogEmulator) => events.map(({ uuid }) => uuid);

Deno.test("an emulator with a store has the events of before: both protocols, as they were", async () => {
  const file = createFile();
  const { emulator } = start(file);
  await postBatch(emulator.fetch, wireEvent(1), wireEvent(2));
  await postV1(emulator.fetch, v1Event(3), v1Event(1));
  const { emulator: restarted, logger } = await restart(file);
  assertEquals(restarted.events, emulator.events);
  assertEquals(restarted.events.map(({ arrival }) => arrival), [1, 1, 1, 2]);
  assertEquals(said(logger), []);
});

Deno.test("a request is answered after the store has its events, and they count from then on", async () => {
  const file = createFile();
  const { emulator } = start(file);
  const { promise, resolve } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  file.before = () => {
    begin();
    return promise;
  };
  const order: string[] = [];
  const answer = postBatch(emulator.fetch, wireEvent(1)).then(() =>
    order.push("answered")
  );
  await begun;
  // Whoever asks for something else meanwhile has an answer.
  await getDefinitions(emulator.fetch);
  await getDefinitions(emulator.fetch);
  assertEquals(emulator.events, []);
  order.push("written");
  resolve();
  await answer;
  assertEquals(order, ["written", "answered"]);
  assertEquals(uuidsOf(emulator), [uuid(1)]);
});

Deno.test("requests at once are appended one after the other, each as a whole", async () => {
  const file = createFile();
  const { emulator } = start(file);
  let open = 0;
  let most = 0;
  file.before = async () => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    open--;
  };
  await Promise.all(
    Array.from(
      { length: 50 },
      (_, n) =>
        postBatch(emulator.fetch, wireEvent(2 * n), wireEvent(2 * n + 1)),
    ),
  );
  assertEquals([most, emulator.events.length], [1, 100]);
  const { emulator: restarted } = await restart(file);
  assertEquals(uuidsOf(restarted), uuidsOf(emulator));
});

Deno.test("a torn last line is skipped and told of, and what comes after it is kept", async () => {
  const file = createFile();
  const { fetch } = start(file).emulator;
  await postBatch(fetch, wireEvent(1));
  await postBatch(fetch, wireEvent(2));
  file.text = file.text.slice(0, -20);
  const second = await restart(file);
  assertEquals(uuidsOf(second.emulator), [uuid(1)]);
  assertEquals(said(second.logger), [
    ["warn", "The store's last line was torn and is skipped"],
  ]);
  await postBatch(second.emulator.fetch, wireEvent(3));
  const third = await restart(file);
  assertEquals(uuidsOf(third.emulator), [uuid(1), uuid(3)]);
  assertEquals(said(third.logger), [
    ["warn", "The store has 1 lines that can't be read: they are skipped"],
  ]);
});

Deno.test("lines of another make are skipped, whatever they say", async () => {
  const file = createFile(
    [
      "null",
      "[]",
      "{}",
      '{"kind":"event","event":{"uuid":1},"receivedAt":2}',
      '{"kind":"flags","flags":[],"base":""}',
      "\0",
      "",
    ]
      .join("\n"),
  );
  const { emulator, logger } = await restart(file);
  assertEquals(emulator.events, []);
  assertEquals(said(logger), [
    ["warn", "The store has 6 lines that can't be read: they are skipped"],
  ]);
});

Deno.test("a store that can't be written makes a 503, accepts nothing, and is tried again", async () => {
  const file = createFile();
  const { emulator, logger } = start(file);
  file.before = (text) => {
    file.text += text.slice(0, 10);
    throw new Error("no space left");
  };
  const { status, text } = await postBatch(emulator.fetch, wireEvent(1));
  assertEquals([status, JSON.parse(text).code], [503, "store_unavailable"]);
  assertEquals(emulator.events, []);
  assertEquals(said(logger), [
    ["error", "The store can't be written: nothing of it is accepted"],
  ]);
  file.before = () => {};
  assertEquals((await postBatch(emulator.fetch, wireEvent(1))).status, 200);
  const { emulator: restarted } = await restart(file);
  assertEquals(uuidsOf(restarted), [uuid(1)]);
});

Deno.test("of a batch that was refused for the store nothing comes back, however much of it was written", async () => {
  const batch = [wireEvent(1), wireEvent(2), wireEvent(3)];
  const whole = createFile();
  await postBatch(start(whole).emulator.fetch, ...batch);
  for (let letters = 0; letters < whole.text.length - 1; letters += 7) {
    const file = createFile();
    const { emulator } = start(file);
    file.before = (text) => {
      file.text += text.slice(0, letters);
      throw new Error("no space left");
    };
    assertEquals((await postBatch(emulator.fetch, ...batch)).status, 503);
    assertEquals((await restart(file)).emulator.events, []);
    file.before = () => {};
    assertEquals((await postBatch(emulator.fetch, ...batch)).status, 200);
    const { emulator: restarted } = await restart(file);
    assertEquals(uuidsOf(restarted), [uuid(1), uuid(2), uuid(3)]);
  }
});

Deno.test("ready() rejects where the store can't be read, requests get 503, and it is tried again", async () => {
  const file = createFile();
  let isThere = false;
  const { emulator } = start({
    append: (text) => file.append(text),
    read: () => isThere ? "" : Promise.reject(new Error("no such file")),
  });
  await assertRejects(() => emulator.ready(), Error, "no such file");
  assertEquals((await postBatch(emulator.fetch, wireEvent(1))).status, 503);
  isThere = true;
  await emulator.ready();
  assertEquals((await postBatch(emulator.fetch, wireEvent(1))).status, 200);
});

const on = { flags: [{ key: "a", active: true, filters: { groups: [] } }] };
const off = { flags: [{ key: "a", active: false, filters: { groups: [] } }] };

Deno.test("edited flags come back, as long as the given ones are those that they were edited from", async () => {
  const file = createFile();
  const { emulator } = start(file, { flags: on });
  const { headers } = await getDefinitions(emulator.fetch);
  await emulator.editFlags(off);
  const edited = await getDefinitions(emulator.fetch);
  assertEquals(edited.headers.get("etag") === headers.get("etag"), false);
  assertEquals((await restart(file, { flags: on })).emulator.getFlags(), off);
  const { emulator: other, logger } = await restart(file, {
    flags: { flags: [] },
  });
  assertEquals(other.getFlags(), { flags: [] });
  assertEquals(said(logger), [
    [
      "warn",
      "The flags are not those that the store's edits began with: the edits are left out",
    ],
  ]);
});

Deno.test("edits that setFlags() replaced stay away, also where the flags are again those of before them", async () => {
  const file = createFile();
  const { emulator } = start(file, { flags: on });
  await emulator.editFlags(off);
  emulator.setFlags({ flags: [] });
  emulator.setFlags(on);
  await postBatch(emulator.fetch, wireEvent(1));
  const { emulator: restarted, logger } = await restart(file, { flags: on });
  assertEquals(restarted.getFlags(), on);
  restarted.setFlags({ flags: [] });
  restarted.setFlags(on);
  await postBatch(restarted.fetch, wireEvent(2));
  const third = await restart(file, { flags: on });
  assertEquals([third.emulator.getFlags(), said(logger)], [on, []]);
});

Deno.test("editFlags() refuses what are no definitions, and what can't be kept", async () => {
  const file = createFile();
  const { emulator } = start(file, { flags: on });
  await assertRejects(() => emulator.editFlags({} as typeof on), TypeError);
  file.before = () => {
    throw new Error("no space left");
  };
  await assertRejects(() => emulator.editFlags(off), Error, "no space left");
  assertEquals([emulator.getFlags(), file.text], [on, ""]);
});

Deno.test("reset() forgets the store's events too, those under way included, and keeps its flags", async () => {
  const file = createFile();
  const { emulator } = start(file);
  await emulator.editFlags(on);
  await postBatch(emulator.fetch, wireEvent(1));
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise, resolve } = Promise.withResolvers<void>();
  file.before = () => {
    begin();
    return promise;
  };
  const underWay = postBatch(emulator.fetch, wireEvent(2));
  await begun;
  emulator.reset();
  assertEquals(emulator.events, []);
  resolve();
  await underWay;
  await postBatch(emulator.fetch, wireEvent(3));
  assertEquals(uuidsOf(emulator), [uuid(3)]);
  const { emulator: restarted } = await restart(file);
  assertEquals(uuidsOf(restarted), [uuid(3)]);
  assertEquals(restarted.getFlags(), on);
});

Deno.test("10,000 events come back from a store", async () => {
  const file = createFile();
  const { emulator } = start(file);
  for (let n = 0; n < 100; n++) {
    const batch = Array.from({ length: 100 }, (_, k) => wireEvent(100 * n + k));
    await postBatch(emulator.fetch, ...batch);
  }
  assertEquals(uuidsOf((await restart(file)).emulator), uuidsOf(emulator));
});
