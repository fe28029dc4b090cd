import type { FeatureMaker } from "../client/host.ts";

/** Names that options have in other SDKs: the option itself wins. */
export const OLDER_NAMES = {
  beforeSend: "before_send",
  flagDefinitionCache: "flagDefinitionCacheProvider",
} as const;

/** What other SDKs' options mean here, where they mean nothing: told once, instead of refused. */
export function olderOptions(): FeatureMaker {
  return {
    name: "olderOptions",
    verbs: [],
    check(read) {
      if (read.boolean("skip_ssl_verification") === undefined) return;
      read.notes.push(
        "Option 'skip_ssl_verification' is ignored: pass a 'fetch' of your own instead",
      );
    },
    make: () => ({ verbs: {} }),
  };
}
