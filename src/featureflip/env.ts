import { attempt, isNonBlank } from "../core/guards.ts";

/** The variable that holds the SDK key where none is passed. */
export const SDK_KEY_VARIABLE = "FEATUREFLIP_SDK_KEY";

/** What environments look like, where there are any. */
interface Environments {
  readonly process?: {
    readonly env?: { readonly [SDK_KEY_VARIABLE]?: unknown };
  };
  readonly Deno?: {
    readonly env?: { get(name: string): unknown };
  };
}

/**
 * The SDK key of the process's environment, read anew each time. Undefined where there is none, it is blank, or reading it
 * is not permitted.
 */
export function readEnvironmentKey(): string | undefined {
  const platform = globalThis as Environments;
  const found = [
    attempt(() => platform.process?.env?.[SDK_KEY_VARIABLE]),
    attempt(() => platform.Deno?.env?.get(SDK_KEY_VARIABLE)),
  ];
  return found.find(isNonBlank);
}
