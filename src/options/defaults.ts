/** Where a project lives unless the option `host` says otherwise. */
export const DEFAULT_HOST = "https://us.i.posthog.com";
