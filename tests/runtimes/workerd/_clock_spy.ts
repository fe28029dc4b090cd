/** Counts looks at the clock from here on; imported before the library, so that its own modules are watched too. */
let reads = 0;
const RealDate = Date;

class WatchedDate extends RealDate {
  constructor(...args: [] | [value: number | string | Date]) {
    if (args.length === 0) reads++;
    super(...args as [number]);
  }

  static override now(): number {
    reads++;
    return RealDate.now();
  }
}

globalThis.Date = WatchedDate as DateConstructor;

/** How often the clock was read. */
export function countClockReads(): number {
  return reads;
}
