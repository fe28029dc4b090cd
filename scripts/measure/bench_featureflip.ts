/**
 * What reading a Featureflip flag of ten rules costs, beside edgehog's own evaluation of the same rules for a person seen
 * before, in the same run. `deno task bench:featureflip`. Nothing is requested while it runs.
 *
 * @module
 */
import { PostHog } from "edgehog";
import { createFeatureflipEmulator } from "edgehog/dev";
import { FeatureflipClient } from "edgehog/featureflip";
import process from "node:process";
import { timeQuickestRound } from "./_quickest_round.ts";

const FLAGS = 100;
const RULES = 10;

const PERSON = { plan: "pro", country: "de", email: "ann@shop.example" };

/** What each rule asks: two attributes, in turn by equality and by a part. The last rule alone lets the person in. */
const ASKED = Array.from({ length: RULES }, (_, at) => {
  const isLast = at === RULES - 1;
  return [
    { key: "plan", values: isLast ? ["team", "pro"] : ["team", "none"] },
    { key: "country", values: ["se", "no", "de"] },
  ];
});

/** How many of those who are let in get the flag, in percent. */
const SHARES = { "no digest": 100, "a digest": 50 } as const;

function buildPostHog(share: number): string {
  const groups = ASKED.map((conditions) => ({
    properties: conditions.map(({ key, values }) => ({
      key,
      type: "person",
      operator: "exact",
      value: values,
    })),
    "rollout_percentage": share,
  }));
  const flags = Array.from({ length: FLAGS }, (_, at) => ({
    id: at + 1,
    key: `flag-${at}`,
    active: true,
    filters: { groups },
  }));
  return JSON.stringify({ flags, "group_type_mapping": {}, cohorts: {} });
}

function buildFeatureflip(share: number) {
  const on = { type: "Fixed", variation: "on" };
  const rollout = {
    type: "Rollout",
    bucketBy: "userId",
    salt: "salt",
    variations: [{ key: "on", weight: share }, {
      key: "off",
      weight: 100 - share,
    }],
  };
  const rules = ASKED.map((conditions, at) => ({
    id: `rule-${at}`,
    priority: at,
    conditionGroups: [{
      operator: "And",
      conditions: conditions.map(({ key, values }) => ({
        attribute: key,
        operator: "In",
        values,
        negate: false,
      })),
    }],
    serve: share === 100 ? on : rollout,
  }));
  return Array.from({ length: FLAGS }, (_, at) => ({
    key: `flag-${at}`,
    version: 1,
    type: "Boolean",
    enabled: true,
    variations: [{ key: "on", value: true }, { key: "off", value: false }],
    rules,
    fallthrough: { type: "Fixed", variation: "off" },
    offVariation: "off",
  }));
}

/** Nanoseconds a flag. */
async function time(work: () => unknown): Promise<number> {
  return await timeQuickestRound(work) / FLAGS;
}

async function measurePostHog(share: number): Promise<number> {
  const definitions = buildPostHog(share);
  const posthog = new PostHog("phc_bench", {
    personalApiKey: "phx_bench",
    disableSingletonWarning: true,
    fetch: () => Promise.resolve(new Response(definitions)),
    // Definitions stay fresh for the whole run.
    featureFlagsPollingInterval: 1e9,
  });
  if (!await posthog.waitForLocalEvaluationReady()) {
    throw new Error("edgehog has no definitions");
  }
  const options = { personProperties: PERSON, onlyEvaluateLocally: true };
  return await time(() => posthog.evaluateFlags("user-1", options));
}

async function measureFeatureflip(
  share: number,
  sendEvents: boolean,
): Promise<number> {
  const { fetch } = createFeatureflipEmulator({
    flags: buildFeatureflip(share),
  });
  const client = await FeatureflipClient.create({
    sdkKey: `sdk-bench-${share}-${sendEvents}`,
    fetch: (url, init) =>
      init.method === "GET"
        ? fetch(url, init)
        : Promise.resolve(new Response()),
    longLived: false,
    pollInterval: 1e9,
    sendEvents,
  });
  const keys = Array.from({ length: FLAGS }, (_, at) => `flag-${at}`);
  const context = { "user_id": "user-1", ...PERSON };
  const isOff = false;
  const readAll = () => {
    for (const key of keys) client.boolVariation(key, context, isOff);
  };
  const ns = await time(
    sendEvents ? () => (readAll(), client.flush()) : readAll,
  );
  await client.close();
  return ns;
}

async function main(): Promise<void> {
  for (const [name, share] of Object.entries(SHARES)) {
    const own = await measurePostHog(share);
    const rows = [
      { who: "edgehog, the same person", ns: own },
      {
        who: "Featureflip",
        ns: await measureFeatureflip(share, Boolean(0)),
      },
      {
        who: "Featureflip, with its events",
        ns: await measureFeatureflip(share, Boolean(1)),
      },
    ];
    const table = rows.map(({ who, ns }) => ({
      [`ten rules, ${name}`]: who,
      "ns a flag": Math.round(ns),
      "× edgehog": (ns / own).toFixed(2),
    }));
    // deno-lint-ignore no-console -- what this script is for
    console.table(table);
  }
}

if (import.meta.main) main().then(() => process.exit());
