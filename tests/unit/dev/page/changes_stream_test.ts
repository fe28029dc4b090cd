import { assertEquals } from "@std/assert";
import { postBatch, wireEvent } from "../_requests.ts";
import { createTestPage, HOST, type TestPage } from "./_page.ts";

/** Opens the stream; `next` gives the counts of the next message. */
async function open({ fetch }: TestPage) {
  const ending = new AbortController();
  const response = await fetch(`${HOST}/emulator/changes`, {
    signal: ending.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream())
    .getReader();
  return {
    status: response.status,
    end: () => ending.abort(),
    cancel: () => reader?.cancel(),
    async next() {
      const { value = "" } = await reader?.read() ?? {};
      return JSON.parse(/^data: (.*)\n\n$/m.exec(value)?.[1] ?? "null");
    },
  };
}

Deno.test("the stream says at once how much there is, and again after each change", async () => {
  const page = createTestPage();
  await postBatch(
    page.fetch,
    wireEvent(1),
    wireEvent(2, { event: "$exception" }),
  );
  const { next, cancel } = await open(page);
  const first = await next();
  assertEquals([first.events, first.exceptions, first.requests], [2, 1, 1]);
  const later = next();
  page.emulator.setFlags({ flags: [] });
  const { flagsVersion, version } = await later;
  assertEquals([flagsVersion, version], [
    first.flagsVersion + 1,
    first.version + 1,
  ]);
  await cancel();
});

Deno.test("the stream counts exceptions of what is there, after all was forgotten too", async () => {
  const page = createTestPage();
  const { next, cancel } = await open(page);
  await next();
  const exception = { event: "$exception" };
  for (const expected of [1, 2, 0, 1]) {
    if (expected === 0) page.emulator.reset();
    else {await postBatch(
        page.fetch,
        wireEvent(expected, exception),
        wireEvent(9),
      );}
    let counts = await next();
    if (counts.exceptions !== expected) counts = await next();
    assertEquals(counts.exceptions, expected);
  }
  await cancel();
});

Deno.test("a slow page hears once of much", async () => {
  const page = createTestPage();
  const { next, cancel } = await open(page);
  const { version } = await next();
  for (let n = 0; n < 100; n++) await postBatch(page.fetch, wireEvent(n));
  let counts = await next();
  if (counts.events < 100) counts = await next();
  assertEquals([counts.events, counts.version], [100, version + 200]);
  await cancel();
});

Deno.test("a stream ends with its request, and no more than 32 are open", async () => {
  const page = createTestPage();
  const streams = await Promise.all(
    Array.from({ length: 32 }, () => open(page)),
  );
  for (const { next } of streams) await next();
  const refused = await page.fetch(`${HOST}/emulator/changes`);
  await refused.body?.cancel();
  assertEquals(refused.status, 503);
  const [first, second] = streams;
  first?.end();
  assertEquals(await first?.next(), null);
  await second?.cancel();
  const again = [await open(page), await open(page)];
  assertEquals(again.map(({ status }) => status), [200, 200]);
  for (const { cancel } of [...streams.slice(2), ...again]) await cancel();
});
