// The page in a browser, by mouse and by keyboard. EMULATOR_URL is the emulator that the example Worker at WORKER_URL
// sends to and asks for its flags.
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { event, send, startBrowser, startServer } from "./_kit.mjs";

const { EMULATOR_URL, WORKER_URL } = process.env;
const browser = await startBrowser();

/** What the shop shows a visitor. */
async function readNavigation() {
  const response = await fetch(WORKER_URL, {
    headers: { cookie: "visitor=user-1" },
  });
  return (await response.json()).navigation;
}

const turned = (page, key, isOn) =>
  page.locator(`tr:has-text("${key}")`).getByRole("switch", { checked: isOn })
    .waitFor();

test("a click on a flag's switch changes the Worker's next response", async () => {
  const { page, end } = await browser.open(`${EMULATOR_URL}/#flags`);
  const flag = page.getByRole("switch", { name: "new-navigation is on" });
  assert.equal(await readNavigation(), "new");
  await flag.click();
  await turned(page, "new-navigation", false);
  await page.locator("tr.off").waitFor();
  assert.equal(await readNavigation(), "classic");
  await flag.click();
  await page.locator("tr.off").waitFor({ state: "detached" });
  assert.equal(await readNavigation(), "new");
  await end();
});

test("so does the keyboard alone, and the focus stays and shows", async () => {
  const { page, end } = await browser.open(`${EMULATOR_URL}/#flags`);
  const flag = page.getByRole("switch", { name: "new-navigation is on" });
  await flag.waitFor();
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  for (let n = 0; await focused() !== "new-navigation is on"; n++) {
    assert.ok(n < 30, "the switch is reached by Tab");
    await page.keyboard.press("Tab");
  }
  assert.notEqual(
    await flag.evaluate((node) => getComputedStyle(node).outlineStyle),
    "none",
  );
  await page.keyboard.press("Space");
  await page.locator("tr.off").waitFor();
  assert.equal(await readNavigation(), "classic");
  assert.equal(await focused(), "new-navigation is on");
  await page.keyboard.press("Space");
  await page.locator("tr.off").waitFor({ state: "detached" });
  assert.equal(await readNavigation(), "new");
  await end();
});

test("a condition that is edited by keyboard changes the Worker's next response", async () => {
  const { page, end } = await browser.open(`${EMULATOR_URL}/#flags`);
  await page.getByRole("button", { name: "Edit new-navigation" }).press(
    "Enter",
  );
  const rollout = page.getByLabel("Rollout of condition 1, in percent");
  await rollout.fill("0");
  await rollout.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal(await readNavigation(), "classic");

  await page.getByRole("button", { name: "Edit new-navigation" }).press(
    "Enter",
  );
  await page.getByRole("button", { name: "Add condition" }).press("Enter");
  await page.getByRole("button", { name: "Add a filter to condition 2" })
    .press("Enter");
  await page.keyboard.type("plan");
  await page.getByLabel("Value of filter 1 of condition 2").fill("pro");
  await page.getByLabel("Value of filter 1 of condition 2").press("Enter");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.getByText('plan is "pro"').waitFor();
  assert.equal(await readNavigation(), "classic");

  await page.getByRole("button", { name: "Edit new-navigation" }).press(
    "Enter",
  );
  await page.getByRole("button", { name: "Remove condition 2" }).press("Enter");
  await page.getByLabel("Rollout of condition 1, in percent").fill("100");
  await page.getByRole("button", { name: "Save" }).press("Enter");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal(await readNavigation(), "new");
  await end();
});

test("what the Worker does shows by itself", async () => {
  const { page, end } = await browser.open(EMULATOR_URL);
  await page.getByRole("link", { name: /^Events/ }).waitFor();
  await page.getByRole("searchbox", { name: "Person" }).fill("visitor-of-now");
  await page.getByText("No event fits.").waitFor();
  await (await fetch(WORKER_URL, {
    headers: { cookie: "visitor=visitor-of-now" },
  })).text();
  await page.getByRole("button", { name: "shop viewed" }).click();
  await page.getByRole("heading", { name: "shop viewed" }).waitFor();
  await end();
});

test("the tester says why, asked by keyboard, and again when the flag changes", async () => {
  const { page, end } = await browser.open(`${EMULATOR_URL}/#flags`);
  await page.getByRole("button", { name: "New flag" }).press("Enter");
  await page.getByLabel("Key", { exact: true }).fill("beta");
  await page.getByRole("button", { name: "As JSON" }).press("Enter");
  await page.getByLabel("The flag as JSON").fill(JSON.stringify({
    key: "beta",
    active: true,
    filters: {
      groups: [
        {
          properties: [{
            key: "plan",
            type: "person",
            operator: "exact",
            value: "team",
          }],
        },
        {
          properties: [{
            key: "plan",
            type: "person",
            operator: "exact",
            value: "pro",
          }],
        },
      ],
    },
  }));
  await page.getByRole("button", { name: "Save" }).press("Enter");
  await page.getByRole("dialog").waitFor({ state: "hidden" });

  await page.getByLabel("Person's id").fill("ada");
  await page.getByLabel("Person's properties, as JSON").fill('{"plan":"pro"}');
  await page.getByRole("combobox", { name: "Flag" }).selectOption("beta");
  await page.getByLabel("Person's id").press("Enter");
  const answer = page.locator("#tester-answer");
  await answer.getByText("beta is true, because condition 2 matches").waitFor();
  await answer.getByText("matches, and decides").waitFor();
  await answer.getByText("does not match").waitFor();

  await page.getByRole("switch", { name: "beta is on" }).press("Space");
  await answer.getByText("because the flag is off").waitFor();

  await page.getByLabel("Person's properties, as JSON").fill("no json");
  await page.getByRole("button", { name: "Evaluate" }).press("Enter");
  assert.equal(
    await page.getByLabel("Person's properties, as JSON").evaluate((node) =>
      node.validity.customError
    ),
    true,
  );
  await page.getByRole("button", { name: "Edit beta" }).press("Enter");
  await page.getByRole("button", { name: "Remove", exact: true }).press(
    "Enter",
  );
  await page.getByRole("button", { name: "Remove for good" }).press("Enter");
  await page.getByRole("cell", { name: "beta", exact: true }).waitFor({
    state: "detached",
  });
  await end();
});

test("a fault that is planned hits the next request", async () => {
  const { page, end } = await browser.open(`${EMULATOR_URL}/#faults`);
  await page.getByRole("combobox", { name: "At" }).selectOption("/batch");
  await page.getByRole("combobox", { name: "Answer" }).selectOption("429");
  await page.getByLabel("Retry-After, in seconds").fill("7");
  await page.getByLabel("For how many requests").fill("2");
  await page.getByRole("button", { name: "Plan" }).press("Enter");
  await page.getByText("status 429, Retry-After 7 s").waitFor();
  const response = await fetch(`${EMULATOR_URL}/batch/`, { method: "POST" });
  await response.text();
  assert.deepEqual(
    [response.status, response.headers.get("retry-after")],
    [429, "7"],
  );
  await page.getByRole("cell", { name: "1", exact: true }).waitFor();
  await page.getByRole("button", { name: "Clear all" }).click();
  await page.getByText("Nothing is planned").waitFor();
  await end();
});

test("an event among 10,000 is found, and no more than a screenful is made", async () => {
  const server = await startServer();
  const { page, end } = await browser.open(server.url);
  for (let at = 0; at < 10_000; at += 500) {
    await send(
      server.url,
      Array.from(
        { length: 500 },
        (_, n) =>
          event(
            at + n,
            at + n === 1234
              ? { event: "sofa sold", properties: { buyer: "Grace Hopper" } }
              : {},
          ),
      ),
    );
  }
  await page.getByText("10,000 events", { exact: true }).waitFor();
  assert.equal(await page.locator("#events-rows tr").count(), 200);
  await page.getByLabel("Search", { exact: true }).fill("grace hop");
  await page.getByText("1 event of 10,000 events", { exact: true }).waitFor();
  await page.getByRole("status").getByText("1 event of 10,000 events found")
    .waitFor({ state: "attached" });
  assert.equal(await page.locator("#events-rows tr").count(), 1);
  await page.getByRole("button", { name: "sofa sold" }).press("Enter");
  await page.locator("#event-detail").getByText("Grace Hopper").waitFor();

  await page.getByLabel("Search", { exact: true }).fill("");
  await page.getByRole("combobox", { name: "Event" }).selectOption("sofa sold");
  await page.getByText("1 event of 10,000 events", { exact: true }).waitFor();
  await page.getByRole("combobox", { name: "Event" }).selectOption("");
  await page.getByRole("searchbox", { name: "Person" }).fill("User-7");
  await page.getByText("1,000 events of 10,000 events", { exact: true })
    .waitFor();

  // Up and down go through the list, and reading on makes more of it.
  await page.locator("#events-rows button").first().focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(
    await page.evaluate(() =>
      [...document.querySelectorAll("#events-rows tr")].indexOf(
        document.activeElement?.closest("tr"),
      )
    ),
    1,
  );
  await page.getByRole("button", { name: "Show more" }).press("Enter");
  await page.locator("#events-rows tr").nth(399).waitFor();
  await end();
  await server.kill();
});

test("a paused list stays as it is, and goes on from where it is let go", async () => {
  const server = await startServer();
  await send(server.url, [event(1)]);
  const { page, end } = await browser.open(server.url);
  await page.getByText("1 event", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Pause" }).press("Enter");
  await send(server.url, [event(2)]);
  await page.getByRole("link", { name: "Events 2" }).waitFor();
  assert.equal(await page.locator("#events-rows tr").count(), 1);
  await page.getByRole("button", { name: "Pause" }).press("Enter");
  await page.locator("#events-rows tr").nth(1).waitFor();
  await page.getByRole("button", { name: "Forget all" }).press("Enter");
  await page.getByRole("button", { name: "Forget", exact: true }).press(
    "Enter",
  );
  await page.getByText("No event has arrived").waitFor();
  await end();
  await server.kill();
});
