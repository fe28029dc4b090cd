// Who works with a screen reader or a keyboard: everything that can be used has a name, in each view and dialog.
import assert from "node:assert/strict";
import { test } from "node:test";
import { event, send, startBrowser, startServer } from "./_kit.mjs";

const browser = await startBrowser();

const CONTROLS = [
  "button",
  "checkbox",
  "combobox",
  "link",
  "searchbox",
  "spinbutton",
  "switch",
  "textbox",
];

/** What has to have a name beside controls. */
const PLACES = [
  "complementary",
  "dialog",
  "DisclosureTriangle",
  "image",
  "img",
  "navigation",
  "option",
  "region",
  "search",
  "table",
];

/** A line of a snapshot: `- button "Pause"`. */
const LINE = new RegExp(
  `^ *- '?(${[...CONTROLS, ...PLACES].join("|")})\\b(?: "(.*)")?`,
);

/** What a screen reader is told without a name, by the browser's tree and by the rules for names. */
async function findUnnamed(page) {
  const { nodes } = await readTree(page);
  const lines = (await shown(page).ariaSnapshot()).split("\n");
  return [
    ...nodes.filter(({ ignored, role, name }) =>
      !ignored && [...CONTROLS, ...PLACES].includes(role?.value) &&
      !name?.value?.trim()
    ).map(({ role }) => role.value),
    ...lines.filter((line) => LINE.test(line) && !LINE.exec(line)[2]?.trim()),
  ];
}

async function readTree(page) {
  const session = await page.context().newCDPSession(page);
  const tree = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  return tree;
}

/** A dialog hides all else. */
function shown(page) {
  return page.locator("dialog[open], body:not(:has(dialog[open]))");
}

/** How many controls are seen, and how many a screen reader is told of. */
async function countControls(page) {
  const snapshot = await shown(page).ariaSnapshot();
  const told = snapshot.split("\n").filter((line) =>
    CONTROLS.includes(LINE.exec(line)?.[1])
  );
  const seen = await shown(page).evaluate((holder) =>
    [...holder.querySelectorAll("a[href], button, input, select, textarea")]
      .filter((node) => node.checkVisibility()).length
  );
  return { seen, told: told.length };
}

for (const colorScheme of ["light", "dark"]) {
  test(`every control of every view has a name, and texts stand out (${colorScheme})`, async () => {
    const server = await startServer({
      FLAGS: JSON.stringify({
        flags: [
          {
            key: "beta",
            active: true,
            filters: {
              groups: [{
                properties: [{
                  key: "plan",
                  type: "person",
                  operator: "exact",
                  value: "pro",
                }],
                rollout_percentage: 50,
                variant: "a",
              }],
              multivariate: {
                variants: [{ key: "a", rollout_percentage: 50 }, {
                  key: "b",
                  rollout_percentage: 50,
                }],
              },
            },
          },
          { key: "off", active: false, filters: { groups: [] } },
          { key: "fixed", value: "annual" },
        ],
      }),
    });
    await send(server.url, [
      event(1),
      event(2, {
        event: "$exception",
        properties: {
          $exception_list: [{
            type: "RangeError",
            value: "No",
            stacktrace: {
              frames: [{
                function: "f",
                filename: "a.ts",
                lineno: 1,
                in_app: true,
              }, { function: "g", filename: "b.ts", lineno: 2 }],
            },
          }],
        },
      }),
    ]);
    await (await fetch(`${server.url}/flags/definitions?token=phc_x`, {
      headers: { authorization: "Bearer phx_x" },
    })).text();
    const { page, end } = await browser.open(server.url, { colorScheme });
    const check = async (where) => {
      assert.deepEqual(await findUnnamed(page), [], where);
      const { seen, told } = await countControls(page);
      assert.ok(seen > 0, where);
      assert.equal(told, seen, where);
      assert.deepEqual(await page.evaluate(findFaint), [], where);
    };
    await page.getByRole("button", { name: "order placed" }).click();
    await check("events");
    await page.getByRole("button", { name: "Forget all" }).click();
    await check("the question");
    await page.getByRole("button", { name: "Keep" }).click();

    await page.getByRole("link", { name: /^Flags/ }).click();
    await page.getByLabel("Person's id").fill("ada");
    await page.getByText("Groups").click();
    await page.getByRole("button", { name: "Evaluate" }).click();
    await page.locator(".explanation").first().waitFor();
    await check("flags");
    await page.getByRole("button", { name: "Edit beta" }).click();
    await check("the editor");
    await page.getByRole("button", { name: "As JSON" }).click();
    await check("the editor of JSON");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });

    await page.getByRole("link", { name: /^Exceptions/ }).click();
    await page.locator(".exception > summary").first().click();
    await check("exceptions");
    await page.getByRole("link", { name: /^Requests/ }).click();
    await page.locator("#requests-rows tr").first().waitFor();
    await check("requests");
    await page.getByRole("link", { name: /^Faults/ }).click();
    await page.getByRole("button", { name: "Plan" }).click();
    await page.locator("#faults-rows tr").first().waitFor();
    await check("faults");
    await end();
    await server.kill();
  });
}

/** In the page: texts with a contrast below that of WCAG's level AA, 4.5 to 1. */
function findFaint() {
  const canvas = document.createElement("canvas").getContext("2d", {
    willReadFrequently: true,
  });
  const paint = (colors) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const color of colors) {
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (
      text === "" || !holder.checkVisibility({ opacityProperty: true }) ||
      holder.closest(":disabled, option")
    ) continue;
    const grounds = [];
    for (let node = holder; node; node = node.parentElement) {
      grounds.unshift(getComputedStyle(node).backgroundColor);
    }
    const ground = ["white", ...grounds];
    const one = luminance(paint([...ground, getComputedStyle(holder).color]));
    const other = luminance(paint(ground));
    const contrast = (Math.max(one, other) + 0.05) /
      (Math.min(one, other) + 0.05);
    if (contrast < 4.5) {
      faint.push(`${text.slice(0, 30)}: ${contrast.toFixed(2)}`);
    }
  }
  return faint;
}

test("no view scrolls sideways in a narrow window, nor a wide one, whatever is in it", async () => {
  const long = "x".repeat(300);
  const row = { key: long, active: true, filters: { groups: [{}] } };
  const { url } = await startServer({ FLAGS: JSON.stringify({ flags: [row] }) });
  const exception = { type: long, value: long };
  await send(url, [
    event(1, { event: long, distinct_id: long, properties: { [long]: long } }),
    event(2, {
      event: "$exception",
      distinct_id: long,
      properties: { $exception_list: [exception] },
    }),
  ]);
  for (const width of [320, 640, 1280]) {
    const { page, end } = await browser.open(url, {
      viewport: { width, height: 640 },
    });
    const wide = [];
    const look = async (name, selector) => {
      const isWide = await page.locator(selector).evaluate((holder) =>
        holder.scrollWidth > holder.clientWidth + 1
      );
      if (isWide) wide.push(name);
    };
    for (const view of ["events", "flags", "exceptions", "requests", "faults"]) {
      await page.goto(`${url}/#${view}`);
      await page.locator(`#view-${view}`).waitFor();
      if (view === "events") {
        await page.locator("#events-rows tr").nth(1).click();
        await page.getByText("Copy as JSON").waitFor();
      }
      if (view === "exceptions") {
        await page.locator(".exception > summary").click();
      }
      if (view === "requests") {
        const path = page.getByRole("cell", { name: "/batch" });
        assert((await path.first().boundingBox()).width > 60);
      }
      await look(view, "html");
      for (const panel of await page.locator(`#view-${view} .panel`).all()) {
        if (await panel.evaluate((at) => at.scrollWidth > at.clientWidth + 1)) {
          wide.push(`${view}'s panel`);
        }
      }
    }
    await page.goto(`${url}/#flags`);
    await page.getByRole("button", { name: /^Edit/ }).click();
    await look("the dialog", "#flag-dialog");
    assert.deepEqual([width, wide], [width, []]);
    await end();
  }
});
