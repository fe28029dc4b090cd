// deno-lint-ignore-file no-explicit-any -- one application, by two packages
import { assert, assertEquals } from "@std/assert";
import { PostHog } from "edgehog";
import { createPostHogEmulator } from "edgehog/dev";
import { fromRoot } from "../../_kit/paths.ts";

const UUID = "019b7ca9-8f2e-7000-8000-000000000001";
const CONDITIONS = { groups: [{ properties: [], rollout_percentage: 100 }] };
const FLAGS = {
  flags: [
    {
      id: 1,
      key: "on",
      active: true,
      filters: { ...CONDITIONS, payloads: { true: '{"a":1}' } },
    },
    {
      id: 2,
      key: "theme",
      active: true,
      filters: {
        groups: [{ properties: [], variant: "dark" }],
        multivariate: { variants: [{ key: "dark", rollout_percentage: 100 }] },
      },
    },
    {
      id: 3,
      key: "team",
      active: true,
      filters: { ...CONDITIONS, aggregation_group_type_index: 0 },
    },
    {
      id: 4,
      key: "sticky",
      active: true,
      ensure_experience_continuity: true,
      filters: CONDITIONS,
    },
  ],
  "group_type_mapping": { 0: "company" },
};

/** What differs, and why, as the migration guide has it: a member of an event, or a path of posthog-node's alone. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  "$create_alias distinct_id": "it would repeat the event's own",
  "$identify $set_once": "what is empty is left out",
  "$exception $exception_type": "as PostHog's specification of SDKs has it",
  "$exception $exception_message": "as PostHog's specification of SDKs has it",
  "/i/v0/ai/batch": "AI events travel by capture v1, as in posthog-node 6",
  "/batch": "`$ai_…` events by `capture` as well",
};

/** One application; exceptions in the form of each package. */
async function record(
  sdk: "edgehog" | "posthog-node",
  options: object,
) {
  const isOurs = sdk === "edgehog";
  const { fetch, requests, events } = createPostHogEmulator({ flags: FLAGS });
  const { PostHog: Theirs } = isOurs
    ? { PostHog }
    : await import("posthog-node");
  const posthog: any = new (Theirs as any)("phc_x", {
    host: "https://us.i.posthog.com",
    fetch: (url: string, init: RequestInit) => fetch(url, init),
    flushAt: 1000,
    flushInterval: 1e6,
    ...(isOurs && { disableSingletonWarning: true }),
    featureFlagsLogWarnings: false,
    ...options,
  });
  const distinctId = "user-1";
  const groups = { company: "acme" };
  posthog.alias({ distinctId, alias: "visitor-1" });
  posthog.identify({ distinctId, properties: { plan: "free" } });
  posthog.identify({
    distinctId,
    properties: { $set: { plan: "pro" }, $set_once: { source: "ad" } },
  });
  const company = { groupType: "company", groupKey: "acme" };
  posthog.groupIdentify({ ...company, properties: { seats: 3 } });
  posthog.setPersonProperties({ distinctId, properties: { plan: "pro" } });
  posthog.capture({
    distinctId,
    event: "bought",
    uuid: UUID,
    timestamp: new Date("2026-01-02T03:04:05Z"),
    groups,
    properties: {
      items: ["a", { b: 1 }],
      $session_id: "s",
      $window_id: "w",
      $process_person_profile: false,
      $cookieless_mode: true,
    },
  });
  posthog.capture({ event: "nobody's" });
  posthog.capture({ distinctId, event: "$ai_trace" });
  posthog.captureAi({ distinctId, event: "$ai_generation", groups });
  const error = new Error("declined", { cause: new TypeError("inner") });
  const properties = { area: "pay" };
  if (isOurs) {
    posthog.captureException(error, { distinctId, properties });
    posthog.captureException("text");
  } else {
    posthog.captureException(error, distinctId, properties);
    posthog.captureException("text");
  }
  const flags = await posthog.evaluateFlags(distinctId, { groups });
  for (const key of ["on", "theme", "team", "sticky", "none"]) {
    flags.getFlag(key);
  }
  posthog.capture({ distinctId, event: "seen", flags });
  posthog.capture({ distinctId, event: "one", flags: flags.only(["on"]) });
  await posthog.shutdown();
  return {
    events: events.map(flatten)
      .sort((one, other) => one.same < other.same ? -1 : 1),
    paths: [...new Set(requests.map(({ path }) => path))].sort(),
    asked: requests.filter(({ path }) => path === "/flags")
      .map(({ query }) => query["v"]),
  };
}

/** What is another for each run or library, or tells of frames. */
const OF_THE_RUN =
  /^\$(?:feature_flag_(?:evaluated_at|request_id|definitions_loaded_at)|lib|lib_version)$/;

/** The members of an event as texts, and those together that are the same from whoever sent it. */
function flatten(
  { event, distinctId, uuid, timestamp, properties }: any,
): Flat {
  const all = Object.entries({
    distinctId: distinctId.length === 36 ? "anonymous" : distinctId,
    uuid: uuid === UUID,
    timestamp: timestamp.startsWith("2026-01-02T") && timestamp,
    ...properties,
  }).map(([name, value]) => [
    `${event} ${name}`,
    OF_THE_RUN.test(name) ? "" : JSON.stringify(
      value,
      (key, value) => key === "frames" ? "of the stack" : value,
    ),
  ]).sort();
  // An empty one is what differs.
  const same = all.filter(([name = "", value]) =>
    !(name in DIFFERENCES) || name === "$identify $set_once" && value !== "{}"
  );
  return { all: Object.fromEntries(all), same: JSON.stringify(same) };
}

interface Flat {
  readonly all: Readonly<Record<string, string>>;
  readonly same: string;
}

const V1 = ["/i/v1/ai/events", "/i/v1/analytics/events"];

for (const options of [{}, { personalApiKey: "phx_x" }]) {
  const isLocal = "personalApiKey" in options;
  Deno.test(`posthog-node 5.70 by capture v1 and edgehog send the same of one application, ${isLocal ? "with" : "without"} local evaluation, but for the list (UPS-002, UPS-060)`, async () => {
    Deno.env.set("POSTHOG_CAPTURE_MODE", "v1");
    try {
      const theirs = await record("posthog-node", options);
      const ours = await record("edgehog", options);
      assertEquals(
        ours.events.map(({ same }) => same),
        theirs.events.map(({ same }) => same),
      );
      assertEquals(ours.events.length, 18);
      const differing = new Set(
        theirs.paths.filter((path) => !ours.paths.includes(path)),
      );
      theirs.events.forEach(({ all }, index) => {
        const our = ours.events[index]?.all ?? {};
        for (const name of Object.keys({ ...all, ...our })) {
          if (all[name] !== our[name]) differing.add(name);
        }
      });
      assertEquals([...differing].sort(), Object.keys(DIFFERENCES).sort());
      const flags = isLocal ? ["/flags", "/flags/definitions"] : ["/flags"];
      assertEquals(ours.paths, [...flags, ...V1]);
      assertEquals([theirs.asked, ours.asked], [["2"], ["4"]]);
    } finally {
      Deno.env.delete("POSTHOG_CAPTURE_MODE");
    }
  });
}

Deno.test("the migration guide has what differs from posthog-node 5.70 by capture v1", async () => {
  const guide = await Deno.readTextFile(
    fromRoot("docs/migrating-from-posthog-node.md"),
  );
  const lines = guide.split("\n");
  for (const [name, reason] of Object.entries(DIFFERENCES)) {
    const words = name.split(" ");
    const isSaid = lines.some((line) =>
      line.includes(reason) &&
      words.every((word) => line.includes(`\`${word}\``))
    );
    assert(isSaid, name);
  }
});
