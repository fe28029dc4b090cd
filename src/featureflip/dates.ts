/** The seconds of the year 1's first moment and of the year 9999's last. */
const [MIN_SECONDS, MAX_SECONDS] = [-62_135_596_800, 253_402_300_799];

/** White space that is cut off at both ends: these six and no other. */
const BLANKS = "\t\n\v\f\r ";

const ISO_DATE =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(?:\.(\d+))?(?:Z|([+-])(\d\d):?(\d\d))?)?$/;

/** 400 years of the Gregorian calendar, in ms: years before 100 mean others to `Date.UTC`. */
const CYCLE_MS = 146_097 * 86_400_000;

/**
 * The moment that a text names, in ms since the epoch: seconds, or an ISO date by one grammar. The engine's own, so nothing
 * that a host's parser also takes. Undefined for all else.
 */
export function parseDate(text: string): number | undefined {
  let [start, end] = [0, text.length];
  while (start < end && BLANKS.includes(text.charAt(start))) start++;
  while (start < end && BLANKS.includes(text.charAt(end - 1))) end--;
  const date = text.slice(start, end);
  const ms = /^[+-]?\d+$/.test(date) ? Number(date) * 1000 : parseIso(date);
  const seconds = Math.floor(ms / 1000);
  return seconds >= MIN_SECONDS && seconds <= MAX_SECONDS ? ms : undefined;
}

/** NaN where the text is no date, or names a day that there is not. */
function parseIso(date: string): number {
  const match = ISO_DATE.exec(date);
  if (!match) return NaN;
  const part = (index: number) => Number(match[index] ?? 0);
  const [month, day] = [part(2), part(3)];
  // The limits of month, hour, minute, second and the offset's two.
  const limits = [[2, 12], [4, 23], [5, 59], [6, 59], [9, 23], [
    10,
    59,
  ]] as const;
  if (limits.some(([index, most]) => part(index) > most)) return NaN;
  const midnight = Date.UTC(part(1) + 400, month - 1, day) - CYCLE_MS;
  if (month === 0 || new Date(midnight).getUTCDate() !== day) return NaN;
  const offset = (part(9) * 60 + part(10)) * (match[8] === "-" ? -1 : 1);
  const seconds = (part(4) * 60 + part(5) - offset) * 60 + part(6);
  const ms = (match[7] ?? "").padEnd(3, "0").slice(0, 3);
  return midnight + seconds * 1000 + Number(ms);
}
