/** A time zone's rules. Total: what the platform can't tell is undefined. */
export interface TimeZone {
  /** The IANA name, or "UTC". */
  readonly name: string;
}

/** Creates the rules of a zone. Nothing is asked of the platform before the first date. */
export function createTimeZone(name: string): TimeZone {
  return { name };
}
