/** What `evaluateFlags` takes beside the distinct id. */
export interface EvaluateFlagsOptions {
  /**
   * Whom to evaluate for; a number is turned into text. Blank or missing: the request's identity on a scope, else an
   * empty snapshot and one warning. A positional distinct id wins.
   */
  readonly distinctId?: string | number | bigint | undefined;
  /** Group type to group key, over the scope's groups. An empty key counts as none. */
  readonly groups?:
    | Readonly<Record<string, string | number | bigint>>
    | undefined;
  /** What is known about the person, for this evaluation. Default `{}`. */
  readonly personProperties?: Readonly<Record<string, unknown>> | undefined;
  /** Group type to what is known about that group. Types without a key in `groups` are ignored. Default `{}`. */
  readonly groupProperties?:
    | Readonly<Record<string, Readonly<Record<string, unknown>>>>
    | undefined;
  /** The flags to evaluate, up to 10,000; duplicates are removed. Default: all. An empty list gives an empty snapshot. */
  readonly flagKeys?: readonly string[] | undefined;
  /** Never ask the server: what local definitions can't decide stays absent. Default: `strictLocalEvaluation`. */
  readonly onlyEvaluateLocally?: boolean | undefined;
  /** Whether the server shall not derive `$geoip_*` from the address. Default: the client's `disableGeoip`. */
  readonly disableGeoip?: boolean | undefined;
  /**
   * Whether reads emit `$feature_flag_called`; false also leaves no memory of them. Default: the client's
   * `sendFeatureFlagEvent`.
   */
  readonly sendFeatureFlagEvents?: boolean | undefined;
  /** The id hashed for flags that bucket by device. Default: the person property `$device_id`. */
  readonly deviceId?: string | undefined;
}
