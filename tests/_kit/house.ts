import type { GlobalTable } from "./code_rules.ts";
import type { ArrowTable } from "./import_rules.ts";

const CLOCK = ["src/core/clock.ts"];
const NOWHERE: readonly string[] = [];

/**
 * The lines between the rooms. A room is a directory or file of `src/`; the innermost one counts. Every room may
 * import `core`, and what is not listed may not be imported.
 */
const ARROWS: ArrowTable = {
  // Everything put together: the entry of the full client.
  "mod": [
    "local_evaluation/options",
    "posthog",
    "client",
    "options",
    "events",
    "context",
    "flags",
    "local_evaluation",
    "errors",
    "compat",
    "caches/memory",
  ],
  "posthog": [
    "local_evaluation/options",
    "client",
    "options",
    "flags",
    "local_evaluation",
    "local_evaluation/regex",
    "errors",
    "compat",
  ],
  // The kernel: it imports no feature.
  "core": [],
  "options": [],
  "context": [],
  "delivery": [],
  "events": ["client/host", "delivery"],
  "client": [
    "client/feature",
    "client/host",
    "client/escaped",
    "options",
    "events",
    "context",
    "delivery",
  ],
  "client/feature": [],
  "client/host": ["client/feature", "options/reader", "delivery/http"],
  "client/escaped": [],
  // Features: they know the host, and none of them another; what is handed in knows whom it is handed to.
  "flags": [
    "client/feature",
    "client/host",
    "options/reader",
    "delivery/http",
  ],
  "local_evaluation": [
    "flags",
    "local_evaluation/options",
    "local_evaluation/definitions",
    "local_evaluation/evaluation",
    "local_evaluation/regex",
    "caches/memory",
  ],
  "local_evaluation/definitions": [
    "client/host",
    "flags",
    "local_evaluation/options",
    "local_evaluation/evaluation",
    "delivery/http",
    "delivery/retry",
  ],
  "local_evaluation/evaluation": ["flags"],
  "local_evaluation/regex": ["local_evaluation/evaluation"],
  "local_evaluation/options": ["options/reader"],
  "errors": [
    "client/feature",
    "client/host",
    "client/escaped",
    "options/reader",
  ],
  "compat": ["client/host", "events", "flags"],
  // What the adapters of frameworks have in common.
  "adapters": ["client", "client/escaped", "client/host"],
  // Entries of their own.
  "caches": ["caches/types"],
  "caches/types": [],
  "caches/memory": ["caches/projects"],
  "caches/redis_rest": [
    "caches/atomic_cache",
    "caches/projects",
    "delivery/http",
  ],
  "queue_service": ["client/host", "delivery"],
  "openfeature": ["client/host", "flags"],
  "hono": ["adapters", "client", "posthog"],
  "express": ["adapters", "client", "posthog"],
  "next": ["adapters", "client"],
  "flags_sdk": ["flags"],
  "featureflip": ["delivery/http", "delivery/retry", "delivery/stream"],
  "sync_hash": [],
  "testing": [
    "posthog",
    "client",
    "client/feature",
    "client/host",
    "dev",
  ],
  "dev": [
    "flags",
    "local_evaluation/evaluation",
    "local_evaluation/regex",
    "sync_hash",
  ],
  // The emulator's page: only its own entry has it.
  "dev/page": [
    "dev",
    "flags",
    "local_evaluation/evaluation",
  ],
};

/** The rules that `tests/architecture_test.ts` holds the sources to. */
export const HOUSE: {
  readonly arrows: ArrowTable;
  /**
   * Who may call anything named `fetch`: the one HTTP door, the stream beside it, what stands for the network in
   * development, and the wrapper that hands an application's requests on to the fetch the application gave it.
   */
  readonly fetchCallers: readonly string[];
  readonly globals: GlobalTable;
  readonly platformGlobals: GlobalTable;
  /** Rooms with entry points of their own, which the main one must not carry. */
  readonly optional: readonly string[];
  /** Functions of more than a hundred lines that are still to be taken apart, by their file. */
  readonly longFunctions: readonly string[];
} = {
  arrows: ARROWS,
  fetchCallers: [
    "src/delivery/http.ts",
    // Featureflip's stream: headers under a deadline, then a body without end.
    "src/delivery/stream.ts",
    "src/dev/",
    "src/testing/",
    "src/context/outgoing.ts",
  ],
  globals: {
    "fetch": ["src/delivery/http.ts"],
    "console": ["src/core/logger.ts"],
    "Date.now": CLOCK,
    "new Date()": CLOCK,
    "performance": CLOCK,
    "setTimeout": CLOCK,
    "clearTimeout": CLOCK,
    "setInterval": NOWHERE,
    "clearInterval": NOWHERE,
    "Math.random": ["src/core/random.ts"],
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
      "src/featureflip/env.ts",
      "src/featureflip/runtime.ts",
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
    "adapters/",
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
    "express/",
    "featureflip/",
    "flags_sdk/",
    "hono/",
    "next/",
    "openfeature/",
    "queue_service/",
    "sync_hash",
    "testing/",
  ],
  longFunctions: [
    "src/caches/leased_cache.ts",
  ],
};
