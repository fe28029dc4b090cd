import { assertEquals, assertThrows } from "@std/assert";
import { createSseParser } from "../../../src/featureflip/sse.ts";

type Frame = [event: string, data: string];

function parse(...texts: string[]): Frame[] {
  const frames: Frame[] = [];
  const feed = createSseParser((event, data) =>
    void frames.push([event, data])
  );
  for (const text of texts) feed(text);
  return frames;
}

const ROWS: [name: string, text: string, frames: Frame[]][] = [
  ["LF", "event: a\ndata: 1\n\n", [["a", "1"]]],
  ["CRLF", "event: a\r\ndata: 1\r\n\r\n", [["a", "1"]]],
  ["CR", "event: a\rdata: 1\r\r", [["a", "1"]]],
  ["mixed", "event: a\r\ndata: 1\n\revent: b\rdata: 2\r\n\n", [["a", "1"], [
    "b",
    "2",
  ]]],
  ["no space", "event:a\ndata:1\n\n", [["a", "1"]]],
  ["one space only", "event: a\ndata:  1\n\n", [["a", " 1"]]],
  ["several data lines", "data: 1\ndata: 2\ndata\ndata: 3\n\n", [[
    "",
    "1\n2\n\n3",
  ]]],
  [
    "comments and other fields",
    ": hi\nid: 5\nretry: 1\nevent: a\n:\ndata: 1\nnope\n\n",
    [["a", "1"]],
  ],
  ["no data, no frame", "event: a\n\ndata: 1\n\n", [["", "1"]]],
  ["an unfinished frame", "event: a\ndata: 1\n", []],
  ["an unfinished line", "data: 1\n\ndata: 2", [["", "1"]]],
  ["the last event counts", "event: a\nevent: b\ndata: x:y\n\n", [[
    "b",
    "x:y",
  ]]],
  ["blank lines", "\n\n\r\n\rdata: 1\n\n\n", [["", "1"]]],
];

Deno.test("a stream is read by the standard's rules, however it is cut (FFL-134)", async (t) => {
  for (const [name, text, frames] of ROWS) {
    await t.step(name, () => {
      assertEquals(parse(text), frames);
      assertEquals(parse(...text), frames);
      for (let at = 0; at <= text.length; at++) {
        assertEquals(
          parse(text.slice(0, at), "", text.slice(at)),
          frames,
          `cut at ${at}`,
        );
      }
    });
  }
});

Deno.test("a frame of more than 16 MiB is refused, in one piece or many (FFL-152)", () => {
  const mib = "x".repeat(1024 * 1024);
  assertEquals(parse(`data: ${mib}\n\n`), [["", mib]]);
  const feed = createSseParser(() => {});
  feed("data: ");
  for (let count = 0; count < 15; count++) feed(mib);
  assertThrows(() => [feed(mib), feed("x")], RangeError);
  assertThrows(() => parse(`data: ${mib.repeat(16)}x\n\n`), RangeError);
  assertThrows(() => parse(...Array(17).fill(`data: ${mib}\n`)), RangeError);
});
