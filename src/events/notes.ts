import type { OnJsonLoss } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";

/** Something worth telling about a call, gathered while its event is made. */
export interface Note {
  /** Whether the caller should hear of it without asking. */
  readonly level: "debug" | "warn";
  /** What to say; names the event or an option, never a value. */
  readonly text: string;
  /** When given, a client says it once for each such key. */
  readonly onceKey?: string;
}

/** Says what was noted, in order. */
export function tellNotes(reporter: Reporter, notes: readonly Note[]): void {
  for (const { level, text, onceKey } of notes) {
    if (level === "warn") reporter.warn(text, onceKey);
    else reporter.debug(text);
  }
}

/** Notes properties that JSON could not take as they were: said once for each event name and kind of loss. */
export function noteLosses(event: string, notes: Note[]): OnJsonLoss {
  return (loss) =>
    notes.push({
      level: "warn",
      text:
        `Cannot send every property of '${event}' as it is: ${loss} was replaced by text`,
      onceKey: `loss:${loss}:${event}`,
    });
}

/** Notes a warning. */
export function warn(notes: Note[], text: string, onceKey?: string): void {
  notes.push({
    level: "warn",
    text,
    ...(onceKey !== undefined && { onceKey }),
  });
}
