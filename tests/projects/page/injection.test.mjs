// Whatever events and flags say stays text: no element, no script, no dialog.
import assert from "node:assert/strict";
import { test } from "node:test";
import { event, send, startBrowser, startServer } from "./_kit.mjs";

const browser = await startBrowser();

const EVIL = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(2)</script>",
  '"><svg onload=alert(3)>',
  "</title></textarea></select><iframe src=javascript:alert(4)></iframe>",
  "${alert(5)}{{constructor.constructor('alert(6)')()}}",
];

/** Elements that no view of the page is made with. */
const FOREIGN =
  "img:not(header img), svg, iframe, object, embed, script:not([src='/emulator/page.js']), [onerror], [onload], a:not(nav a)";

test("script in names, properties, ids, flag keys and exceptions shows as text", async () => {
  const server = await startServer({
    FLAGS: JSON.stringify({
      flags: EVIL.map((evil, n) => ({
        id: n + 1,
        key: evil,
        name: evil,
        active: true,
        filters: {
          groups: [{
            properties: [{
              key: evil,
              type: "person",
              operator: "exact",
              value: evil,
            }],
            variant: evil,
          }],
          multivariate: { variants: [{ key: evil, rollout_percentage: 100 }] },
          payloads: { [evil]: evil },
        },
      })),
    }),
  });
  await send(
    server.url,
    EVIL.map((evil, n) =>
      event(n, {
        event: evil,
        distinct_id: evil,
        properties: {
          [evil]: evil,
          deep: { [evil]: [evil] },
          $lib: evil,
          toString: evil,
          __proto__x: evil,
        },
      })
    ),
  );
  await send(
    server.url,
    EVIL.map((evil, n) =>
      event(10 + n, {
        event: "$exception",
        distinct_id: evil,
        properties: {
          $exception_list: [{
            type: evil,
            value: evil,
            stacktrace: {
              frames: [{
                function: evil,
                filename: evil,
                lineno: evil,
                in_app: true,
                context_line: evil,
                pre_context: [evil],
              }],
            },
          }],
        },
      })
    ),
  );
  // An exception of another make than ours.
  await send(server.url, [
    event(20, {
      event: "$exception",
      properties: {
        $exception_list: [null, 1, { stacktrace: { frames: [null, 2] } }],
      },
    }),
  ]);
  await (await fetch(`${server.url}/${encodeURIComponent(EVIL[0])}`, {
    headers: { "if-none-match": EVIL[1] },
  })).text();

  const { page, end } = await browser.open(server.url);
  const checkNothingMade = async (where) => {
    assert.deepEqual(
      await page.locator(FOREIGN).evaluateAll((nodes) =>
        nodes.map((node) => node.outerHTML)
      ),
      [],
      where,
    );
  };
  await page.locator("#events-rows tr").nth(10).waitFor();
  for (const [n, evil] of EVIL.entries()) {
    const row = page.locator("#events-rows tr").nth(EVIL.length * 2 - n);
    assert.equal(await row.locator(".name").innerText(), evil);
    assert.equal(await row.locator(".person").innerText(), evil);
    await row.getByRole("button").click();
    await page.locator("#event-detail").getByRole("heading", { name: evil })
      .waitFor();
    assert.equal(
      await page.locator("#event-detail dt", { hasText: evil }).first()
        .innerText(),
      evil,
    );
    await checkNothingMade(`event ${evil}`);
  }
  await page.getByLabel("Search", { exact: true }).fill(EVIL[0]);
  await page.getByText("2 events of 11 events", { exact: true }).waitFor();
  await page.getByRole("combobox", { name: "Event" }).selectOption(EVIL[0]);
  await checkNothingMade("events");

  await page.getByRole("link", { name: /^Flags/ }).click();
  await page.locator("#flags-rows tr").nth(EVIL.length - 1).waitFor();
  for (const [n, evil] of EVIL.entries()) {
    const row = page.locator("#flags-rows tr").nth(n);
    assert.ok((await row.locator(".key").innerText()).startsWith(evil));
    await page.getByLabel("Person's id").fill(evil);
    await page.getByRole("combobox", { name: "Flag" }).selectOption(evil);
    await page.getByLabel("Person's properties, as JSON").fill(
      JSON.stringify({ [evil]: evil }),
    );
    await page.getByRole("button", { name: "Evaluate" }).click();
    await page.locator("#tester-answer strong", { hasText: evil }).waitFor();
    await row.getByRole("button").click();
    await page.getByRole("heading", { name: `Flag ${evil}` }).waitFor();
    await checkNothingMade(`flag ${evil}`);
    await page.getByRole("button", { name: "As JSON" }).click();
    await page.getByLabel("The flag as JSON").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await row.getByRole("switch").click();
    await page.locator("tr.off").nth(n).waitFor();
    await checkNothingMade(`flag ${evil}, edited`);
  }

  await page.getByRole("link", { name: /^Exceptions/ }).click();
  await page.locator(".exception").nth(EVIL.length).waitFor();
  for (const summary of await page.locator(".exception > summary").all()) {
    await summary.click();
  }
  assert.equal(await page.locator(".exception[open]").count(), EVIL.length + 1);
  await checkNothingMade("exceptions");
  await page.getByRole("link", { name: /^Requests/ }).click();
  await page.getByRole("cell", { name: EVIL[1] }).waitFor();
  await checkNothingMade("requests");
  await end();
  await server.kill();
});
