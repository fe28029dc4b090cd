/** The URLs of one PostHog host; `host` has no trailing slash, and may have a path (reverse proxies). */
export interface Endpoints {
  /** Capture, v0. */
  readonly batch: string;
  /** Capture, v1. */
  readonly analyticsV1: string;
  /** The AI lane, which speaks v0. */
  readonly ai: string;
  /** Remote flag evaluation. */
  readonly flags: string;
  /** Flag definitions for local evaluation. */
  readonly definitions: string;
  /** The payload of a remote config flag, by its key. */
  readonly remoteConfig: (key: string) => string;
}

/** Builds the URLs of a host for a project. */
export function buildEndpoints(host: string, projectToken: string): Endpoints {
  const token = encodeURIComponent(projectToken);
  return {
    batch: `${host}/batch/`,
    analyticsV1: `${host}/i/v1/analytics/events`,
    ai: `${host}/i/v0/ai/batch/`,
    flags: `${host}/flags/?v=2`,
    definitions: `${host}/flags/definitions?token=${token}&send_cohorts`,
    remoteConfig: (key) =>
      `${host}/api/projects/@current/feature_flags/${
        encodeURIComponent(key.toWellFormed())
      }/remote_config?token=${token}`,
  };
}
