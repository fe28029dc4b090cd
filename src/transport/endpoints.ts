/** The URLs of one PostHog host; `host` has no trailing slash, and may have a path (reverse proxies). */
export interface Endpoints {
  /** Capture, v0. */
  readonly batch: string;
  /** Remote flag evaluation. */
  readonly flags: string;
  /** Flag definitions for local evaluation. */
  readonly definitions: string;
}

/** Builds the URLs of a host for a project. */
export function buildEndpoints(host: string, projectToken: string): Endpoints {
  return {
    batch: `${host}/batch/`,
    flags: `${host}/flags/?v=2`,
    definitions: `${host}/flags/definitions?token=${
      encodeURIComponent(projectToken)
    }&send_cohorts`,
  };
}
