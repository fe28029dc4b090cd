const TIME = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

const NUMBER = new Intl.NumberFormat("en");

/** The time of a day, to the millisecond. */
export function formatTime(ms: number): string {
  return TIME.format(ms);
}

/** Bytes as a reader takes them in. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const isLarge = bytes >= 1_000_000;
  return `${(bytes / (isLarge ? 1_000_000 : 1000)).toFixed(1)} ${
    isLarge ? "MB" : "KB"
  }`;
}

/** A number with its thousands apart. */
export function formatNumber(value: number): string {
  return NUMBER.format(value);
}

/** `1 event`, `2 events`. */
export function formatCount(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `once`, `twice`, `3 times`. */
export function formatTimes(count: number): string {
  const words = ["never", "once", "twice"];
  return words[count] ?? `${formatNumber(count)} times`;
}
