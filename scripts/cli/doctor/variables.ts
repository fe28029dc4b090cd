import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { toLine } from "../../../src/core/logger.ts";
import { CliError, describeCause, type Terminal } from "../command.ts";
import { readText } from "../text_file.ts";

/** Variables, and the file that some of them are from. */
export interface ReadVariables {
  /** All of them. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As it was named. */
  readonly file: string | undefined;
}

/** Where variables are kept for development: by Wrangler, Next.js and most others. The first that names PostHog is read. */
export const USUAL_FILES: readonly string[] = [
  ".dev.vars",
  ".env.local",
  ".env",
];

/** Reads the environment, and beside it the file named or a usual one. What the environment has wins, as with `node --env-file`. */
export function readVariables(
  named: string | undefined,
  { env, directory }: Pick<Terminal, "env" | "directory">,
): ReadVariables {
  if (named !== undefined) {
    try {
      const text = readText(resolve(directory, named));
      return { env: { ...parseEnv(text), ...env }, file: named };
    } catch (error) {
      const reason = toLine(describeCause(error));
      throw new CliError(`Cannot read the variables of ${named}: ${reason}`);
    }
  }
  for (const file of USUAL_FILES) {
    const found = tryParse(join(directory, file));
    if (hasVariables(found)) return { env: { ...found, ...env }, file };
  }
  return { env, file: undefined };
}

/** Whether any variable is one of PostHog's. */
export function hasVariables(env: ReadVariables["env"]): boolean {
  return Object.keys(env).some((name) => name.startsWith("POSTHOG_"));
}

/** None where there is no such file. */
function tryParse(path: string): Record<string, string | undefined> {
  try {
    return parseEnv(readText(path));
  } catch {
    return {};
  }
}
