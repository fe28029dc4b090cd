import { olderOptions } from "../../../src/compat/older_options.ts";
import type { ConfigError } from "../../../src/core/errors.ts";
import { checkFlagOptions } from "../../../src/flags/options.ts";
import { checkLocalOptions } from "../../../src/local_evaluation/options.ts";
import { OlderNamesReader } from "../../../src/posthog/older_names.ts";
import {
  type ResolvedOptions,
  resolveOptions,
} from "../../../src/options/resolve.ts";

type AllOptions =
  & ResolvedOptions
  & ReturnType<typeof checkFlagOptions>
  & ReturnType<typeof checkLocalOptions>;

/** The options of the kernel and of flags, as a `PostHog` reads them. */
export function resolve(apiKey: unknown, given: unknown): {
  readonly options: AllOptions;
  readonly problems: readonly ConfigError[];
  readonly notes: readonly string[];
} {
  const read = new OlderNamesReader(given);
  const options = {
    ...resolveOptions(apiKey, read),
    ...checkFlagOptions(read),
    ...checkLocalOptions(read),
  };
  olderOptions().check(read);
  read.refuseOthers();
  return { options, problems: read.problems, notes: read.notes };
}

/** The names of the options that are refused. */
export function refused(options: unknown): readonly string[] {
  return resolve("phc_x", options).problems.map(({ option }) => option);
}
