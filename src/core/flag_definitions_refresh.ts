/** What came of a refresh of the flag definitions. */
export type FlagDefinitionsRefresh =
  | {
    /** PostHog has what the cache holds. */
    readonly kind: "unchanged";
  }
  | {
    /** PostHog had others: they are in use, and in the cache. */
    readonly kind: "changed";
  }
  | {
    /** Nothing was refreshed, or the cache was not written. What was at hand is kept. */
    readonly kind: "failed";
    /** Why, in words, without any key. */
    readonly reason: string;
  };
