/** What the doctor looks at, in this order. */
export type Check =
  | "token"
  | "host"
  | "events"
  | "flags"
  | "definitions"
  | "clock";

/** What the doctor says of one check. */
export interface Finding {
  /** What was looked at. */
  readonly check: Check;
  /** `wrong` alone makes the doctor fail. */
  readonly kind: "ok" | "note" | "wrong" | "skipped";
  /** A word for programs, as docs/cli.md lists them. */
  readonly code: string;
  /** What is so, without any key. */
  readonly message: string;
  /** What to do, where something is to be done. */
  readonly remedy?: string;
}

/** A check that found nothing wrong. */
export function pass(check: Check, message: string): Finding {
  return { check, kind: "ok", code: "ok", message };
}

/** A check that could not be made, or need not. */
export function skip(check: Check, message: string): Finding {
  return { check, kind: "skipped", code: "skipped", message };
}

/** Something that works, and is not what was meant. */
export function note(
  check: Check,
  code: string,
  message: string,
  remedy: string,
): Finding {
  return { check, kind: "note", code, message, remedy };
}

/** Something that does not work. */
export function fail(
  check: Check,
  code: string,
  message: string,
  remedy: string,
): Finding {
  return { check, kind: "wrong", code, message, remedy };
}
