import type { AnyEdgehogError } from "../../../src/core/errors.ts";
import type { DroppedEvent, Reporter } from "../../../src/core/reporter.ts";

/** Something that was told. */
export interface Note {
  readonly level: "debug" | "warn" | "error";
  readonly text: string;
  readonly onceKey?: string;
}

/** A reporter that says nothing once only, and writes down in order what it is told. */
export function createRecordingReporter(): {
  readonly reporter: Reporter;
  readonly notes: readonly Note[];
  readonly drops: readonly DroppedEvent[];
  readonly errors: readonly AnyEdgehogError[];
} {
  const notes: Note[] = [];
  const drops: DroppedEvent[] = [];
  const errors: AnyEdgehogError[] = [];
  const reporter: Reporter = {
    redact: (text) => text,
    debug(text) {
      // What is told of every event is made for it alone.
      if (typeof text === "string") notes.push({ level: "debug", text });
    },
    warn: (text, onceKey) =>
      void notes.push({ level: "warn", text, ...(onceKey && { onceKey }) }),
    error: (text) => void notes.push({ level: "error", text }),
    tell(error, level, onceKey, text) {
      notes.push({
        level: level ?? "warn",
        text: text ?? error.message,
        ...(onceKey && { onceKey }),
      });
      errors.push(error);
    },
    emit: () => {},
    drop: (event) => void drops.push(event),
    rearm: () => {},
    setDebug: () => {},
    on: () => () => {},
  };
  return { reporter, notes, drops, errors };
}
