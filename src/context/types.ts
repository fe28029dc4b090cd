/** What the application says about a request. */
export interface RequestContextInit {
  /** The application's authenticated user; wins over the tracing header. */
  readonly distinctId?: string | undefined;
  /** The session; wins over the tracing header. */
  readonly sessionId?: string | undefined;
  /** Properties of every event of the scope. */
  readonly properties?: Record<string, unknown> | undefined;
  /** Reads `X-POSTHOG-DISTINCT-ID` and `X-POSTHOG-SESSION-ID`. Hints, never authentication. @default true */
  readonly useTracingHeaders?: boolean | undefined;
  /** Adds the URL, method, path, user agent and address of the request to events. @default true */
  readonly captureRequestProperties?: boolean | undefined;
  /** Keeps the query in `$current_url`; it may carry tokens. @default false */
  readonly captureQuery?: boolean | undefined;
  /** The visitor's address, when the application knows it; false sends none. */
  readonly ip?: string | false | undefined;
  /**
   * Headers to take the visitor's address from, in order. Visitors can forge each that your platform or proxy does
   * not overwrite, such as `x-forwarded-for`. @default ["cf-connecting-ip"]
   */
  readonly ipHeaders?: readonly string[] | undefined;
  /**
   * Without either tracing header, reads posthog-js's cookie: its person if it was identified, its session while that
   * goes on (30 minutes since the last activity, 24 hours in all). Not for a custom `persistence_name`. A hint, never
   * authentication. @default false
   */
  readonly readPostHogCookie?: boolean | undefined;
}

/** What can be changed about a scope later. Blank ids change nothing. */
export interface ContextData {
  /** Whom later events are about. */
  readonly distinctId?: string | undefined;
  /** The session of later events. */
  readonly sessionId?: string | undefined;
  /** Properties of later events, merged over those at hand. */
  readonly properties?: Record<string, unknown> | undefined;
}

/** How `withContext` makes a scope. */
export interface WithContextOptions {
  /** Starts without identity, session and properties. @default false */
  readonly fresh?: boolean | undefined;
}

/** Which requests `wrapFetch` touches. */
export interface WrapFetchOptions {
  /**
   * The hostnames that get the tracing headers, as `new URL(…).hostname` has them, case aside: no scheme, port or path,
   * no wildcard, and a name does not stand for its subdomains.
   */
  readonly hostnames: readonly string[];
}
