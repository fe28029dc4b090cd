/** What the doctor looks at, in this order. */
export type Check =
  | "token"
  | "host"
  | "events"
  | "flags"
  | "definitions"
  | "clock";

/** What the doctor finds, by the words that programs read; docs/cli.md says of each what to do. */
export const CODES = [
  "missing-token",
  "secret-as-token",
  "odd-characters",
  "token-unknown",
  "host-unusable",
  "host-without-scheme",
  "app-host",
  "path-in-host",
  "no-such-name",
  "refused",
  "tls",
  "unreachable",
  "timeout",
  "redirect",
  "web-page",
  "no-posthog",
  "busy",
  "odd-answer",
  "option-refused",
  "authorization-stripped",
  "headers-stripped",
  "events-barred",
  "flags-barred",
  "flags-quota",
  "token-as-key",
  "two-keys",
  "key-unknown",
  "scope-missing",
  "definitions-barred",
  "definitions-quota",
  "definitions-failed",
  "clock-off",
] as const;

/** One of {@linkcode CODES}. */
export type Code = (typeof CODES)[number];

/** What the doctor says of one check. */
export interface Finding {
  /** What was looked at. */
  readonly check: Check;
  /** `wrong` alone makes the doctor fail. */
  readonly kind: "ok" | "note" | "wrong" | "skipped";
  /** What was found, for programs. */
  readonly code: Code | "ok" | "skipped";
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
  code: Code,
  message: string,
  remedy: string,
): Finding {
  return { check, kind: "note", code, message, remedy };
}

/** Something that does not work. */
export function fail(
  check: Check,
  code: Code,
  message: string,
  remedy: string,
): Finding {
  return { check, kind: "wrong", code, message, remedy };
}
