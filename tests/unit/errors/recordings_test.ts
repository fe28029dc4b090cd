import { assert, assertEquals } from "@std/assert";
import { parseStack } from "./_parse_stack.ts";
import type { StackFrame } from "../../../src/errors/types.ts";
import { nameOf, type Recording, RECORDINGS } from "./_recordings.ts";

const parse = ({ stack, message = "" }: Recording) =>
  parseStack(stack, message, {});

const select = (pattern: RegExp, runtime = /./) =>
  RECORDINGS.filter(({ kind, runtime: own }) =>
    pattern.test(kind) && runtime.test(own)
  );

/** Lines of V8's form behind the message. */
function countFrameLines({ stack, message = "" }: Recording): number {
  const text = stack ?? "";
  const end = message === "" ? 0 : text.indexOf(message) + message.length;
  return (text.slice(end).match(/^\s*at /gm) ?? []).length;
}

function check(frame: StackFrame, name: string): void {
  assertEquals(frame.platform, "node:javascript", name);
  assert(typeof frame.filename === "string" && frame.filename !== "", name);
  assert(typeof frame.function === "string" && frame.function !== "", name);
  assertEquals(typeof frame.in_app, "boolean", name);
  for (const position of [frame.lineno, frame.colno]) {
    assert(position === undefined || position >= 1, name);
  }
  // Nothing of an engine's own phrases is left in a name.
  assert(!/eval at|\n|^file:| line \d+ >|index \d/.test(frame.filename), name);
  assert(!/\[as |^async |<anonymous>|index \d/.test(frame.function), name);
}

Deno.test("parseStack() reads all recordings (ERR-061, ERR-069, ERR-072, ERR-073, ERR-080)", () => {
  assertEquals(RECORDINGS.length, 558);
  const known = new Set([
    "platform",
    "filename",
    "function",
    "lineno",
    "colno",
    "in_app",
  ]);
  for (const recording of RECORDINGS) {
    const name = nameOf(recording);
    const frames = parse(recording);
    for (const frame of frames) {
      check(frame, name);
      assert(Object.keys(frame).every((key) => known.has(key)), name);
    }
    const lines = countFrameLines(recording);
    if (lines > 0) assertEquals(frames.length, Math.min(lines, 50), name);
    else if (recording.runtime !== "bun" && recording.runtime !== "jsc") {
      assertEquals(
        frames.length > 0,
        recording.runtime === "spidermonkey",
        name,
      );
    }
  }
});

const own = (frames: readonly StackFrame[]) =>
  frames.filter((frame) => frame.in_app).map((frame) => frame.function);

Deno.test("parseStack() puts the crash site last (ERR-060)", () => {
  for (const recording of select(/^function-chain$/)) {
    const names = parse(recording).map((frame) => frame.function);
    const at = names.indexOf("handler");
    assertEquals(names.at(-1), "boom", nameOf(recording));
    assertEquals(names[at + 1], "boom", nameOf(recording));
  }
});

Deno.test("parseStack() takes no frame from a message (ERR-062, ERR-063)", () => {
  const kinds =
    /^(?:message-looks-like-frame|message-with-at-sign|multiline-message)$/;
  const recordings = select(kinds);
  assertEquals(recordings.length, 16);
  for (const recording of recordings) {
    const frames = parse(recording);
    assert(frames.length > 0, nameOf(recording));
    for (const frame of frames) {
      assert(frame.function !== "evil", nameOf(recording));
      assert(
        /^(?:\/app\/|node:|ext:|\[native|cases\.js|worker\.js|main\.js)/
          .test(frame.filename),
        nameOf(recording),
      );
    }
  }
});

Deno.test("parseStack() reads stacks of JavaScriptCore (ERR-064)", () => {
  const recordings = [
    ...select(/^native-error-structured-clone$/, /^bun$/),
    ...select(
      /^(?!stack-(?:deleted|overwritten)$|stackTraceLimit-zero$)/,
      /^jsc$/,
    ),
  ].filter(({ stack }) => stack !== null);
  assert(recordings.length > 80);
  for (const recording of recordings) {
    assert(parse(recording).length > 0, nameOf(recording));
  }
});

Deno.test("parseStack() keeps the name of an unusual file (ERR-065)", () => {
  for (const recording of select(/^file-name-special-chars$/)) {
    assert(
      parse(recording).some(({ filename }) =>
        filename === "/app/dir with space (1)/ünï@2.mjs"
      ),
      nameOf(recording),
    );
  }
});

Deno.test("parseStack() points at the call of eval (ERR-066)", () => {
  for (const recording of select(/^eval-nested$/, /^(?:node|deno)$/)) {
    const last = parse(recording).at(-1);
    assertEquals([last?.filename, last?.lineno], ["/app/cases.js", 112]);
  }
});

Deno.test("parseStack() reads WebAssembly (ERR-067)", () => {
  for (const recording of select(/^wasm-trap-/, /^(?:node|deno|workerd)$/)) {
    const frame = parse(recording).at(-1);
    const offset = /0x([0-9a-f]+)/.exec(recording.stack ?? "")?.[1] ?? "";
    assert(/^wasm:\/\/wasm\/[0-9a-f]+$/.test(frame?.filename ?? ""));
    assertEquals(frame?.lineno, 1);
    assertEquals(frame?.colno, parseInt(offset, 16));
    assertEquals(frame?.in_app, false);
  }
});

Deno.test("parseStack() reads built-ins (ERR-068)", () => {
  for (const recording of select(/^builtin-callback-/, /^(?!spider|edge)/)) {
    const frame = parse(recording).find(({ filename }) =>
      filename === "[native code]"
    );
    assert(frame !== undefined, nameOf(recording));
    assertEquals([frame.lineno, frame.colno, frame.in_app], [
      undefined,
      undefined,
      false,
    ]);
  }
});

Deno.test("parseStack() takes no promise combinator for the application's (ERR-069)", () => {
  const frames = select(/^promise-/).flatMap(parse).filter((frame) =>
    frame.function.startsWith("Promise.")
  );
  assert(frames.length > 5);
  for (const frame of frames) assertEquals(frame.in_app, false);
});

Deno.test("parseStack() finds the application in workerd (ERR-070)", () => {
  const recordings = select(/./, /^workerd$/).filter(({ stack }) =>
    /\b(?:worker|cases|sub\/\w+)\.js:|\bmain:/.test(stack ?? "")
  );
  assert(recordings.length > 80);
  for (const recording of recordings) {
    assert(own(parse(recording)).length > 0, nameOf(recording));
  }
});

Deno.test("parseStack() tells dependencies and runtimes from the application (ERR-071)", () => {
  const foreign = /node_modules\/|\/deno-dir\/npm\/|^node:|^ext:/;
  const frames = RECORDINGS.flatMap(parse);
  const seen = frames.filter(({ filename }) => foreign.test(filename));
  assert(seen.length > 300);
  for (const frame of seen) assertEquals(frame.in_app, false, frame.filename);
  const kinds =
    /^(?:node_modules-frame|npm-specifier-global-cache|http-server-handler)$/;
  for (const recording of select(kinds)) {
    assert(own(parse(recording)).length > 0, nameOf(recording));
  }
});

Deno.test("parseStack() drops aliases and calls the anonymous ? (ERR-073)", () => {
  for (const recording of select(/^anonymous-function$/)) {
    assertEquals(parse(recording).at(-1)?.function, "?", nameOf(recording));
  }
  for (const recording of select(/^method-alias$/)) {
    const name = parse(recording).at(-1)?.function ?? "";
    assert(/(?:^|\.)boom$/.test(name), nameOf(recording));
  }
});

Deno.test("parseStack() keeps 50 frames of an overflow (ERR-074)", () => {
  for (const recording of select(/^stack-overflow$/, /^jsc$/)) {
    assertEquals(parse(recording).length, 50);
  }
});
