// The emulator is killed in the middle of 1,000 events: what it acknowledged is there when it comes back.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, test } from "node:test";
import { event, send, startBrowser, startServer } from "./_kit.mjs";

const directory = mkdtempSync(`${tmpdir()}/emulator-`);
after(() => rmSync(directory, { recursive: true }));
const browser = await startBrowser();

const EVENTS = 1000;
const AT_A_TIME = 8;

test("nothing acknowledged is missing after a kill, the page comes back by itself, and edited flags with it", async () => {
  const STORE = `${directory}/store.jsonl`;
  const server = await startServer({ STORE });
  const { url } = server;
  const { page, end } = await browser.open(url, { isDeaf: true });
  await page.getByRole("link", { name: /^Flags/ }).click();
  await page.getByRole("button", { name: "New flag" }).click();
  await page.getByLabel("Key", { exact: true }).fill("kept");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("switch", { name: "kept is on" }).waitFor();

  const acknowledged = new Set();
  const numbers = Array.from({ length: EVENTS }, (_, n) => n).values();
  const work = async () => {
    for (const n of numbers) {
      const sent = event(n, { properties: { filler: "é".repeat(500) } });
      const status = await send(url, [sent]).catch(() => 0);
      if (status === 200) acknowledged.add(sent.uuid);
      // In the middle, while other requests are under way.
      if (acknowledged.size === EVENTS / 2) await server.kill();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  assert.ok(
    acknowledged.size >= EVENTS / 2 && acknowledged.size < EVENTS,
    `${acknowledged.size} were acknowledged`,
  );

  await page.getByText("Not connected").waitFor();
  const again = await startServer({ STORE, PORT: new URL(url).port });
  const { events } = await (await fetch(`${again.url}/events?limit=${EVENTS}`))
    .json();
  const kept = new Set(events.map(({ uuid }) => uuid));
  assert.deepEqual([...acknowledged].filter((uuid) => !kept.has(uuid)), []);
  for (const { properties } of events) {
    assert.equal(properties.filler, "é".repeat(500));
  }

  await page.getByText("Live", { exact: true }).waitFor();
  await page.getByRole("switch", { name: "kept is on" }).waitFor();
  await page.getByRole("link", { name: `Events ${events.length}` }).waitFor();
  await end();
  await again.kill();
});
