import { assertEquals } from "@std/assert";
import { CallbackError, isEdgehogError } from "../../../src/core/errors.ts";
import { createRedact } from "../../../src/core/logger.ts";
import {
  createReporter,
  type ReporterOptions,
} from "../../../src/core/reporter.ts";

function createRecorded(overrides: Partial<ReporterOptions> = {}) {
  const lines: string[] = [];
  const write = (level: string) => (message: string) =>
    void lines.push(`${level}: ${message}`);
  const reporter = createReporter({
    logger: {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
    },
    debug: false,
    redact: createRedact(["phc_secret/key"]),
    ...overrides,
  });
  return { lines, reporter };
}

Deno.test("Reporter hides keys in every message, plain and URL-encoded (CAP-294)", () => {
  const { lines, reporter } = createRecorded({ debug: true });
  reporter.debug("key phc_secret/key");
  reporter.warn("url ?token=phc_secret%2Fkey&x");
  reporter.error("phc_secret/key phc_secret/key");
  assertEquals(lines, [
    "debug: key [redacted]",
    "warn: url ?token=[redacted]&x",
    "error: [redacted] [redacted]",
  ]);
});

Deno.test("Reporter gives one line of at most 200 characters, of messages and of errors (FLD-088)", () => {
  const heard: string[] = [];
  const { lines, reporter } = createRecorded({
    debug: true,
    onError: ({ message }) => void heard.push(message),
  });
  reporter.on("warning", (text) => void heard.push(text));
  const text = `a\n${"b".repeat(2 ** 20)}c`;
  const line = `a\\u000a${"b".repeat(92)}…${"b".repeat(99)}c`;
  reporter.debug(text);
  reporter.warn(text);
  reporter.error(text);
  reporter.tell(new CallbackError(text, "beforeSend"));
  assertEquals(lines, [
    `debug: ${line}`,
    `warn: ${line}`,
    `error: ${line}`,
    `warn: ${line}`,
  ]);
  assertEquals(heard, [line, line, line]);
});

Deno.test("Reporter is silent at debug level until asked (CAP-293)", () => {
  const { lines, reporter } = createRecorded();
  reporter.debug("one");
  reporter.setDebug(true);
  reporter.debug("two");
  assertEquals(lines, ["debug: two"]);
});

Deno.test("Reporter says a keyed warning once, and again when re-armed", () => {
  const { lines, reporter } = createRecorded();
  reporter.warn("down", "outage");
  reporter.warn("down", "outage");
  reporter.rearm("outage");
  reporter.warn("down", "outage");
  assertEquals(lines, ["warn: down", "warn: down"]);
});

Deno.test("Reporter remembers long keys within their bytes, and then says them again (FLD-083)", () => {
  const { lines, reporter } = createRecorded();
  const say = (tag: number) =>
    reporter.warn("down", `${tag}`.padEnd(200_000, "ж"));
  for (let tag = 0; tag < 10; tag++) say(tag);
  for (let tag = 0; tag < 10; tag++) say(tag);
  assertEquals(lines.length, 10);
  // Past 2 Mi letters all are forgotten; what was re-armed takes none.
  reporter.rearm("0".padEnd(200_000, "ж"));
  say(10);
  assertEquals(lines.length, 11);
  say(11);
  say(1);
  assertEquals(lines.length, 13);
});

Deno.test("Reporter contains callbacks that throw or reject (CAP-295)", async () => {
  const { lines, reporter } = createRecorded({
    onError: () => {
      throw new Error("mine");
    },
  });
  reporter.on(
    "error",
    () => Promise.reject(new Error("late")) as unknown as void,
  );
  const error = new CallbackError("Cannot", "beforeSend");
  reporter.tell(error);
  await Promise.resolve();
  await Promise.resolve();
  assertEquals(lines, [
    "warn: Cannot",
    'warn: The callback "onError" failed',
    'warn: A listener of "error" failed',
  ]);
});

Deno.test("Reporter.tell() logs a keyed error once and reports it each time", () => {
  const errors: string[] = [];
  const { lines, reporter } = createRecorded({
    onError: ({ message }) => void errors.push(message),
  });
  const warnings: string[] = [];
  reporter.on("warning", (message) => warnings.push(message));
  const error = new CallbackError("Cannot", "waitUntil");
  reporter.tell(error, "warn", "key");
  reporter.tell(error, "warn", "key");
  reporter.tell(error, "error");
  reporter.tell(error, "error", undefined, "Cannot at all");
  assertEquals(lines, [
    "warn: Cannot",
    "error: Cannot",
    "error: Cannot at all",
  ]);
  assertEquals(warnings, ["Cannot"]);
  assertEquals(errors, ["Cannot", "Cannot", "Cannot", "Cannot"]);
});

Deno.test("Reporter survives a logger that throws", () => {
  const fail = () => {
    throw new Error("no disk");
  };
  const { reporter } = createRecorded({
    logger: { debug: fail, info: fail, warn: fail, error: fail },
  });
  const heard: string[] = [];
  reporter.on("warning", (message) => heard.push(message));
  reporter.warn("still heard");
  assertEquals(heard, ["still heard"]);
});

Deno.test("Reporter.on() ends with its result (CAP-296)", () => {
  const { reporter } = createRecorded();
  const flushed: (readonly string[])[] = [];
  const off = reporter.on("flush", (uuids) => flushed.push(uuids));
  reporter.emit("flush", () => ["a"]);
  off();
  reporter.emit("flush", () => ["b"]);
  assertEquals(flushed, [["a"]]);
});

Deno.test("isEdgehogError() knows errors of another bundle by name and code", () => {
  assertEquals(isEdgehogError(new CallbackError("Cannot", "logger")), true);
  assertEquals(isEdgehogError({ name: "DeliveryError", code: "http" }), true);
  assertEquals(isEdgehogError(new TypeError("http")), false);
  assertEquals(isEdgehogError(null), false);
});
