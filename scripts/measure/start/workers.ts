import { PERSON } from "./definitions.ts";

/** Two Workers that do the same, as the module of an application each. */
export interface WorkerPair {
  readonly name: string;
  readonly edgehog: string;
  readonly posthogNode: string;
  /** At most so many times what posthog-node takes. */
  readonly maxShare: number;
}

const FULL = `import { PostHog } from "edgehog";`;
const KERNEL = `import { createClient } from "edgehog/client";`;
const OTHER = `import { PostHog } from "posthog-node/edge";`;

const LOCAL = `{
  personProperties: ${JSON.stringify(PERSON)}, onlyEvaluateLocally: true,
}`;
const MESSAGE =
  `event: "paid", properties: { plan: "pro", amount: 42.5, trial: false }`;

function buildHandler(before: readonly string[], body: string): string {
  return `${before.join("\n")}
export default {
  async fetch(request, env, ctx) {
    ${body}
    return new Response("ok");
  },
};`;
}

/** A Worker that does nothing: what every other one pays, too. */
export const EMPTY: string = buildHandler([], "");

/** What a fresh isolate does with its first request: it answers when the event was delivered. */
export function buildStarts(host: string): readonly WorkerPair[] {
  const options = `host: "${host}", personalApiKey: "phx_bench"`;
  return [
    {
      name: "100 flags, an event, a flush",
      edgehog: buildHandler(
        [FULL, `const posthog = new PostHog("phc_bench", { ${options} });`],
        `const hog = posthog.forRequest(request, ctx, { distinctId: "user-1" });
    const flags = await hog.evaluateFlags(${LOCAL});
    flags.isEnabled("flag-number-0");
    hog.capture({ ${MESSAGE}, flags });
    await hog.flush();`,
      ),
      posthogNode: buildHandler(
        [OTHER],
        `const posthog = new PostHog("phc_bench", { ${options}, flushAt: 1, flushInterval: 0 });
    await posthog.waitForLocalEvaluationReady();
    const flags = await posthog.evaluateFlags("user-1", ${LOCAL});
    flags.isEnabled("flag-number-0");
    posthog.capture({ distinctId: "user-1", ${MESSAGE}, flags });
    await posthog.flush();`,
      ),
      maxShare: 0.8,
    },
    {
      name: "an event, capture only",
      edgehog: buildHandler(
        [
          KERNEL,
          `const posthog = createClient("phc_bench", { host: "${host}" });`,
        ],
        `const hog = posthog.forRequest(request, ctx, { distinctId: "user-1" });
    hog.capture({ ${MESSAGE} });
    await hog.flush();`,
      ),
      posthogNode: buildHandler(
        [OTHER],
        `const posthog = new PostHog("phc_bench", { host: "${host}", flushAt: 1, flushInterval: 0 });
    posthog.capture({ distinctId: "user-1", ${MESSAGE} });
    await posthog.flush();`,
      ),
      maxShare: 0.65,
    },
  ];
}

/**
 * A busy Worker's requests: two flags of a hundred are read for one of many people, and an event says so. posthog-node
 * by its documents for Workers: a client for each request that reads the definitions from a cache of the application's
 * and sends each event at once, everything after the answer under `waitUntil`. Its cache answers from memory, which
 * none of the documented stores does.
 */
export function buildTraffic(host: string, definitions: string): WorkerPair {
  const readUser =
    `const distinctId = new URL(request.url).searchParams.get("user");`;
  const read = `const isOn = flags.isEnabled("flag-number-0");
    const variant = flags.getFlag("flag-number-3");
    const properties = { isOn, variant };`;
  return {
    name: "two flags of 100 for one of 500 people, an event with them",
    edgehog: buildHandler(
      [
        FULL,
        `const posthog = new PostHog("phc_bench", { host: "${host}", personalApiKey: "phx_bench" });`,
      ],
      `${readUser}
    const hog = posthog.forRequest(request, ctx, { distinctId });
    const flags = await hog.evaluateFlags(${LOCAL});
    ${read}
    hog.capture({ event: "page viewed", properties, flags });`,
    ),
    posthogNode: buildHandler(
      [
        OTHER,
        `const TEXT = ${JSON.stringify(definitions)};`,
        `const cache = {
  getFlagDefinitions: () => JSON.parse(TEXT),
  shouldFetchFlagDefinitions: () => false,
  onFlagDefinitionsReceived() {},
  shutdown() {},
};`,
      ],
      `${readUser}
    const posthog = new PostHog("phc_bench", {
      host: "${host}",
      personalApiKey: "phx_bench",
      flagDefinitionCacheProvider: cache,
      flushAt: 1,
      flushInterval: 0,
    });
    await posthog.waitForLocalEvaluationReady();
    const flags = await posthog.evaluateFlags(distinctId, ${LOCAL});
    ${read}
    posthog.capture({ distinctId, event: "page viewed", properties, flags });
    ctx.waitUntil(posthog.shutdown());`,
    ),
    maxShare: 0.18,
  };
}
