/** An application that uses a part of the library, and what it may carry for that. */
export interface Composition {
  readonly name: string;
  /** The application's module. */
  readonly code: string;
  /** The budget that a test holds: bytes, minified and gzipped. It only goes down. */
  readonly maxGzipBytes: number;
  /** What it is meant to weigh at most; the budget follows it down. */
  readonly boundGzipBytes?: number;
  /** Starts of paths of the features that it does not use: its bundle has no byte of them. */
  readonly absent: readonly string[];
}

/** A Worker: one client for all requests, and a handler that makes a scope of each. */
function buildWorker(
  imports: readonly string[],
  client: string,
  work: readonly string[],
): string {
  return [
    ...imports,
    `const posthog = ${client};`,
    "export default {",
    "  async fetch(request, env, ctx) {",
    `    const hog = posthog.forRequest(request, ctx, { distinctId: "user-1" });`,
    ...work.map((line) => `    ${line}`),
    `    return new Response("ok");`,
    "  },",
    "};",
  ].join("\n");
}

const CREATE_CLIENT = `import { createClient } from "edgehog/client";`;
const FEATURE_FLAGS = `import { featureFlags } from "edgehog/feature-flags";`;

const CAPTURE = [
  `hog.capture({ event: "page viewed", properties: { area: "shop" } });`,
  "hog.identify();",
];

const EVALUATE = [
  "const flags = await hog.evaluateFlags();",
  `if (flags.isEnabled("a-flag")) hog.capture({ event: "page viewed", flags });`,
  "hog.identify();",
];

/** From the least that an application can carry to everything. */
export const COMPOSITIONS: readonly Composition[] = [
  {
    name: "capture only",
    code: buildWorker([CREATE_CLIENT], `createClient("phc_x")`, CAPTURE),
    maxGzipBytes: 22_550,
    boundGzipBytes: 17_500,
    absent: [
      "src/flags/",
      "src/local_evaluation/",
      "src/errors/",
      "src/compat/",
      "src/caches/",
    ],
  },
  {
    name: "capture + error tracking",
    code: buildWorker(
      [
        CREATE_CLIENT,
        `import { errorTracking } from "edgehog/error-tracking";`,
      ],
      `createClient("phc_x", { use: [errorTracking()] })`,
      [...CAPTURE, `hog.captureException(new Error("x"));`],
    ),
    maxGzipBytes: 28_190,
    absent: [
      "src/flags/",
      "src/local_evaluation/",
      "src/compat/",
      "src/caches/",
    ],
  },
  {
    name: "capture + remote flags",
    code: buildWorker(
      [CREATE_CLIENT, FEATURE_FLAGS],
      `createClient("phc_x", { use: [featureFlags()] })`,
      EVALUATE,
    ),
    maxGzipBytes: 30_310,
    boundGzipBytes: 22_500,
    absent: ["src/local_evaluation/", "src/errors/", "src/compat/"],
  },
  {
    name: "… + local evaluation",
    code: buildWorker(
      [
        CREATE_CLIENT,
        FEATURE_FLAGS,
        `import { localEvaluation } from "edgehog/local-evaluation";`,
      ],
      `createClient("phc_x", {
  personalApiKey: "phx_x",
  use: [featureFlags({ local: localEvaluation() })],
})`,
      EVALUATE,
    ),
    maxGzipBytes: 46_320,
    boundGzipBytes: 36_000,
    absent: ["src/local_evaluation/regex/", "src/errors/", "src/compat/"],
  },
  {
    name: "everything",
    code: buildWorker(
      [`import { PostHog } from "edgehog";`],
      `new PostHog("phc_x", { personalApiKey: "phx_x" })`,
      EVALUATE,
    ),
    maxGzipBytes: 56_395,
    boundGzipBytes: 47_000,
    absent: [],
  },
  {
    name: "Featureflip",
    code: `export * from "edgehog/featureflip";`,
    maxGzipBytes: 11_685,
    boundGzipBytes: 8_000,
    absent: [
      "mod.ts",
      "src/client/",
      "src/flags/",
      "src/local_evaluation/",
      "src/errors/",
      "src/options/",
      "src/caches/",
      "src/core/reporter.ts",
    ],
  },
];

/** What an entry point adds to the application that it is put on top of. */
export interface Addition {
  readonly name: string;
  /** The name of that composition. */
  readonly to: string;
  /** What the application's module has more. */
  readonly code: string;
  /** The budget that a test holds: bytes more, minified and gzipped. */
  readonly maxGzipBytes: number;
}

/** The adapters, each with all that it has. */
export const ADDITIONS: readonly Addition[] = [
  {
    name: "edgehog/hono",
    to: "capture + error tracking",
    code: `import { posthogMiddleware } from "edgehog/hono";
export const middleware = posthogMiddleware(posthog);`,
    maxGzipBytes: 1100,
  },
  {
    name: "edgehog/express",
    to: "capture + error tracking",
    code:
      `import { setupExpressErrorHandler, setupExpressRequestContext } from "edgehog/express";
export const setup = [setupExpressErrorHandler, setupExpressRequestContext];`,
    maxGzipBytes: 1000,
  },
  {
    name: "edgehog/next",
    to: "capture + error tracking",
    code: `import { createNext } from "edgehog/next";
export const { route, proxy, fromHeaders, onRequestError } = createNext(posthog);`,
    maxGzipBytes: 2000,
  },
  {
    name: "edgehog/flags-sdk",
    to: "… + local evaluation",
    code:
      `import { createFlagsAdapter, getProviderData } from "edgehog/flags-sdk";
export const adapter = createFlagsAdapter(posthog);
export const getData = () => getProviderData(posthog);`,
    maxGzipBytes: 2000,
  },
  {
    name: "edgehog/openfeature, provider",
    to: "… + local evaluation",
    code: `import { PostHogProvider } from "edgehog/openfeature";
export const provider = new PostHogProvider(posthog);`,
    maxGzipBytes: 3000,
  },
  {
    name: "edgehog/openfeature, hook",
    to: "capture only",
    code: `import { exposureHook, flagProperties } from "edgehog/openfeature";
export const hooks = [exposureHook(posthog), flagProperties];`,
    maxGzipBytes: 1000,
  },
];
