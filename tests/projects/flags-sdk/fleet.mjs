/**
 * Fleets of isolates on one clock that is moved by hand: each isolate is a client and an adapter of its own, renders a page
 * every ten seconds for a minute, and then has a minute without visitors. `node fleet.mjs <isolates>` prints what each fleet
 * has asked PostHog for: when its isolates stood, after the first minute, and after the second.
 */
import { mock } from "node:test";
import process from "node:process";

const DAY = Date.UTC(2026, 0, 1);
mock.timers.enable({
  apis: ["Date", "setInterval", "setTimeout"],
  now: DAY,
});

const { createPostHogAdapter } = await import("@flags-sdk/posthog");
const { PostHog } = await import("edgehog");
const { workersKvCache } = await import("edgehog/caches/workers-kv");
const { createPostHogEmulator } = await import("edgehog/dev");
const { createFlagsAdapter } = await import("edgehog/flags-sdk");

const ISOLATES = Number(process.argv[2] ?? 1000);
const PAGE_INTERVAL_MS = 10_000;
const MINUTE_MS = 60_000;
const STEP_MS = PAGE_INTERVAL_MS / ISOLATES;

const flags = {
  flags: [{ key: "new-nav", active: true, filters: { groups: [{}] } }],
};

/** A PostHog that counts, and has the older path for definitions too. */
function createOrigin() {
  const emulator = createPostHogEmulator({ flags });
  const asked = { definitions: 0, flags: 0 };
  const fetch = (input, init) => {
    const url = new URL(input);
    if (url.pathname === "/api/feature_flag/local_evaluation") {
      url.pathname = "/flags/definitions";
    }
    if (url.pathname === "/flags/definitions") asked.definitions++;
    else if (/^\/(flags|decide)\//.test(`${url.pathname}/`)) asked.flags++;
    return emulator.fetch(url, init);
  };
  return { asked, fetch };
}

/** What Workers KV is to a fleet, without its delays. */
function createNamespace() {
  const entries = new Map();
  return {
    async getWithMetadata(key) {
      const { value = "null", metadata = null } = entries.get(key) ?? {};
      return { value: JSON.parse(value), metadata };
    },
    async put(key, value, { metadata = null } = {}) {
      entries.set(key, { value, metadata });
    },
  };
}

const keys = { host: "https://posthog.example", personalApiKey: "phx_x" };
const namespace = createNamespace();

/** Of each fleet, how an isolate of it makes its adapter. */
const FLEETS = {
  // As its own `postHogAdapter` does.
  "@flags-sdk/posthog": (fetch) =>
    createPostHogAdapter({
      postHogKey: "phc_x",
      postHogOptions: {
        ...keys,
        fetch,
        featureFlagsPollingInterval: 10_000,
        disableGeoip: true,
      },
    }),
  "edgehog/flags-sdk": (fetch) =>
    createFlagsAdapter(
      new PostHog("phc_x", { ...keys, fetch, disableSingletonWarning: true }),
    ),
  "edgehog/flags-sdk, definitions shared in KV": (fetch) =>
    createFlagsAdapter(
      new PostHog("phc_x", {
        ...keys,
        fetch,
        disableSingletonWarning: true,
        flagDefinitionCache: workersKvCache(() => namespace),
      }),
    ),
};

const fleets = Object.entries(FLEETS).map(([name, create]) => {
  const { asked, fetch } = createOrigin();
  const isolates = Array.from(
    { length: ISOLATES },
    () => create(fetch).isFeatureEnabled(),
  );
  return { name, asked, isolates, marks: [], pages: [], wrong: 0 };
});

async function move(ms) {
  mock.timers.tick(ms);
  await new Promise((resolve) => setImmediate(resolve));
}

function mark() {
  for (const { asked, marks } of fleets) marks.push({ ...asked });
}

async function renderPage(fleet, index) {
  const value = await fleet.isolates[index].decide({
    key: "new-nav",
    entities: { distinctId: `user-${index}` },
    headers: new Headers(),
    cookies: { get() {} },
    defaultValue: false,
  });
  if (value !== true) fleet.wrong++;
}

// What a constructor begins is done.
for (let turns = 0; turns < 10; turns++) await move(0);
mark();
for (let passed = 0, index = 0; passed < MINUTE_MS; passed += STEP_MS) {
  for (const fleet of fleets) fleet.pages.push(renderPage(fleet, index));
  index = (index + 1) % ISOLATES;
  await move(STEP_MS);
}
await Promise.all(fleets.flatMap(({ pages }) => pages));
mark();
for (let passed = 0; passed < MINUTE_MS; passed += 100) await move(100);
mark();

console.log(JSON.stringify(fleets.map(({ name, marks, pages, wrong }) => ({
  name,
  pages: pages.length,
  wrong,
  definitions: marks.map(({ definitions }) => definitions),
  flags: marks.at(-1).flags,
}))));
process.exit(0);
