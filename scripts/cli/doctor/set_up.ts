import { Kernel } from "../../../src/client/kernel.ts";
import type { Clock } from "../../../src/core/clock.ts";
import type { ConfigError } from "../../../src/core/errors.ts";
import type { Logger } from "../../../src/core/logger.ts";
import type { FetchLike } from "../../../src/core/platform.ts";
import { checkFlagOptions } from "../../../src/flags/options.ts";
import { fromEnv } from "../../../src/options/from_env.ts";
import { OptionReader } from "../../../src/options/reader.ts";

/** A client as the variables make it, and what is wrong with them in the library's own eyes. */
export interface SetUp {
  /** What a client is made of; its host is empty where the one given can't be used. */
  readonly kernel: Kernel;
  /** The host as it was given. */
  readonly givenHost: string | undefined;
  /** The secret that reads definitions, if there is one that can be used. */
  readonly secretKey: string | undefined;
  /** Options refused. */
  readonly problems: readonly ConfigError[];
  /** What is worth a word and was not refused. */
  readonly notes: readonly string[];
  /** By option, the variable that it was read from. */
  readonly variables: ReadonlyMap<string, string>;
  /** Variables that speak of PostHog and that nobody reads. */
  readonly unread: readonly string[];
}

/** What a set-up is read with. */
export interface SetUpOptions {
  /** In place of the host of the variables. */
  readonly host: string | undefined;
  /** Makes requests. Default: the platform's. */
  readonly fetch: FetchLike | undefined;
  /** Time. Default: the platform's. */
  readonly clock: Clock | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What the library would say here, the doctor says. */
const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Makes a client of variables by the library's own checks. */
export function readSetUp(
  env: Variables,
  { host, fetch, clock }: SetUpOptions,
): SetUp {
  const { apiKey, ...options } = fromEnv(env);
  const givenHost = host ?? options.host;
  const read = new OptionReader({
    ...options,
    host: givenHost,
    logger: SILENT,
    fetch,
    now: clock?.now,
    sleep: clock?.sleep,
  });
  const { secretKey } = checkFlagOptions(read);
  const kernel = new Kernel(apiKey, read, []);
  kernel.unregister();
  return {
    kernel,
    givenHost,
    secretKey,
    problems: read.problems,
    notes: read.notes,
    ...listVariables(env),
  };
}

function listVariables(env: Variables): Pick<SetUp, "variables" | "unread"> {
  const variables = new Map<string, string>();
  const unread: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!/POSTHOG/i.test(name) || !value?.trim()) continue;
    const [option] = Object.keys(fromEnv({ [name]: value }));
    if (option === undefined) unread.push(name);
    // Of two for one option the newer name wins, which is the longer one.
    else if (name.length > (variables.get(option)?.length ?? 0)) {
      variables.set(option, name);
    }
  }
  return { variables, unread };
}
