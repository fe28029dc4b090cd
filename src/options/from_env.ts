import { isNonBlank, isObject } from "../core/guards.ts";
/** Options that came from an environment, with the project token beside them. */
export interface EnvOptions {
  /** The project token, to be passed as the client's first argument. */
  apiKey?: string;
  /** See {@linkcode DeliveryOptions.host}. */
  host?: string;
  /** A personal API key, for the flags feature. */
  personalApiKey?: string;
  /** A project secret key, for the flags feature. */
  secretKey?: string;
  /** See {@linkcode DeliveryOptions.captureMode}. */
  captureMode?: "v0" | "v1";
}

const VARIABLES = {
  POSTHOG_API_KEY: "apiKey",
  // The newer name, after the older: it wins.
  POSTHOG_PROJECT_TOKEN: "apiKey",
  POSTHOG_HOST: "host",
  POSTHOG_PERSONAL_API_KEY: "personalApiKey",
  POSTHOG_SECRET_KEY: "secretKey",
  POSTHOG_CAPTURE_MODE: "captureMode",
};

/**
 * Makes options out of an object of environment variables: `POSTHOG_PROJECT_TOKEN`, else `POSTHOG_API_KEY`,
 * `POSTHOG_HOST`, `POSTHOG_PERSONAL_API_KEY`, `POSTHOG_SECRET_KEY`, `POSTHOG_CAPTURE_MODE`. Absent and blank ones leave
 * their member out. Reads nothing but its argument: the client itself never looks at the environment.
 *
 * @example Options from variables
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromEnv, PostHog } from "edgehog";
 *
 * const { apiKey, ...options } = fromEnv({ POSTHOG_PROJECT_TOKEN: "phc_x", POSTHOG_HOST: "https://eu.i.posthog.com" });
 * const posthog = new PostHog(apiKey, options);
 *
 * assertEquals(options, { host: "https://eu.i.posthog.com" });
 * assertEquals(posthog.isDisabled, false);
 * ```
 */
export function fromEnv(env: object): EnvOptions {
  const options: Record<string, string> = {};
  for (const [variable, option] of Object.entries(VARIABLES)) {
    const value = readVariable(env, variable);
    if (isNonBlank(value)) options[option] = value.trim();
  }
  return options as EnvOptions;
}

function readVariable(env: unknown, variable: string): unknown {
  try {
    return isObject(env) ? env[variable] : undefined;
  } catch {
    // An environment that refuses the question, such as a binding outside of a request, has no such variable.
    return undefined;
  }
}
