import type { GlobalTable } from "./code_rules.ts";
import type { ArrowTable } from "./import_rules.ts";

const CLOCK = ["src/core/clock.ts"];
const NOWHERE: readonly string[] = [];

/**
 * The lines between the rooms. A room is a directory or file of `src/`; the innermost one counts. Every room may
 * import `core`, and what is not listed may not be imported.
 */
const ARROWS: ArrowTable = {
  "mod": [
    "client",
    "compat",
    "options",
    "events",
    "flags",
    "errors",
    "context",
    "transport",
    "caches/types",
    "caches/memory",
  ],
  "core": [],
  "options": [],
  "client": [
    "client/host",
    "compat",
    "options",
    "events",
    "flags",
    "errors",
    "context",
    "transport",
  ],
  "client/host": ["options/reader", "transport/http"],
  "context": [],
  "events": ["client/host", "transport"],
  "errors": ["client/host", "transport"],
  "flags": [
    "client/host",
    "compat",
    "local_evaluation/evaluation",
    "local_evaluation/definitions",
    "caches/types",
    "transport",
  ],
  "compat": [
    "flags",
    "local_evaluation/evaluation",
    "local_evaluation/definitions",
  ],
  "local_evaluation/definitions": [
    "client/host",
    "local_evaluation/evaluation",
    "caches/types",
    "transport",
  ],
  "local_evaluation/evaluation": ["local_evaluation/regex"],
  "local_evaluation/regex": ["local_evaluation/evaluation"],
  "transport": [],
  "caches": ["caches/types"],
  "caches/types": [],
  "caches/redis_rest": [
    "caches/atomic_cache",
    "caches/types",
    "transport/http",
  ],
  "queue_service": ["transport"],
  "logs": ["options", "transport"],
  "traces": ["options", "transport"],
  "openfeature": ["mod"],
  "hono": ["mod"],
  "next": ["mod"],
  "featureflip": ["transport"],
  "sync_hash": [],
  "testing": [
    "client",
    "dev",
    "options/types",
    "events/types",
    "flags/types",
    "transport/types",
    "caches/types",
  ],
  "dev": [
    "local_evaluation/evaluation",
    "local_evaluation/definitions/parse",
    "transport/encode",
    "caches/types",
  ],
};

/** The rules that `tests/architecture_test.ts` holds the sources to. */
export const HOUSE: {
  readonly arrows: ArrowTable;
  /**
   * Who may call anything named `fetch`: the one HTTP door, what stands for the network in development, and the
   * wrapper that hands an application's requests on to the fetch the application gave it.
   */
  readonly fetchCallers: readonly string[];
  readonly globals: GlobalTable;
  readonly platformGlobals: GlobalTable;
  /** Rooms with entry points of their own, which the main one must not carry. */
  readonly optional: readonly string[];
  /** Files that may have more lines than the others. */
  readonly longFiles: Readonly<Record<string, number>>;
} = {
  arrows: ARROWS,
  fetchCallers: [
    "src/transport/http.ts",
    "src/dev/",
    "src/testing/",
    "src/context/outgoing.ts",
  ],
  globals: {
    "fetch": ["src/transport/http.ts"],
    "console": ["src/core/logger.ts"],
    "Date.now": CLOCK,
    "new Date()": CLOCK,
    "performance": CLOCK,
    "setTimeout": CLOCK,
    "clearTimeout": CLOCK,
    "setInterval": NOWHERE,
    "clearInterval": NOWHERE,
    "Math.random": NOWHERE,
    "AbortSignal.timeout": NOWHERE,
    "crypto": [
      "src/core/random.ts",
      "src/core/hash.ts",
      "src/core/secret.ts",
    ],
    // To ask whether the runtime has something, never to get around the lines above.
    "globalThis": [
      "src/core/runtime.ts",
      "src/dev/incoming.ts",
      "src/testing/fake_clock.ts",
    ],
    "self": NOWHERE,
    "eval": NOWHERE,
    "Function": NOWHERE,
  },
  platformGlobals: {
    "Deno": NOWHERE,
    "Bun": NOWHERE,
    "process": NOWHERE,
    "Buffer": NOWHERE,
    "require": NOWHERE,
    "global": NOWHERE,
    "setImmediate": NOWHERE,
  },
  optional: [
    "caches/atomic_cache",
    "caches/cache_api",
    "caches/deno_kv",
    "caches/edge_config",
    "caches/lease",
    "caches/leased_cache",
    "caches/redis_rest",
    "caches/tiered",
    "caches/workers_kv",
    "dev/",
    "featureflip/",
    "hono/",
    "logs/",
    "next/",
    "openfeature/",
    "queue_service/",
    "sync_hash",
    "testing/",
    "traces/",
  ],
  // The facade: one delegating method for each of the API's, and nothing else that could be taken out.
  longFiles: { "src/client/client.ts": 350 },
};
