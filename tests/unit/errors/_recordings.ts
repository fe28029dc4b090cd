/** A stack as an engine gave it; see the head of the error spec for what was run. */
export interface Recording {
  readonly runtime: string;
  readonly version: string;
  readonly kind: string;
  readonly name?: string;
  readonly message?: string;
  readonly stack: string | null;
  readonly note?: string;
}

/** All recordings. */
export const RECORDINGS: readonly Recording[] = JSON.parse(
  Deno.readTextFileSync(
    new URL("../../vectors/stack-samples.json", import.meta.url),
  ),
);

/** What to call a recording in a test's name. */
export function nameOf({ runtime, version, kind }: Recording): string {
  return `${runtime} ${version}, ${kind}`;
}
