import { getOwn, isFiniteNumber, isRecord, isText } from "../core/guards.ts";
import { type JsonObject, parseJson } from "../core/json.ts";
import type { Logger } from "../core/logger.ts";
import type { EmulatorStore, IncomingEvent } from "./types.ts";

/** What a line of a store has, or a list of it. */
export type JournalEntry =
  | {
    readonly kind: "event";
    readonly event: IncomingEvent;
    readonly receivedAt: number;
  }
  /** Edited flags, and the ETag of those that the edits began with. */
  | {
    readonly kind: "flags";
    readonly flags: JsonObject;
    readonly base: string;
  }
  /** Edits before it were replaced by code. */
  | { readonly kind: "edits-over" }
  /** All events before it are forgotten. */
  | { readonly kind: "reset" };

/** A store's text as lines of JSON: what it has, and what is added. */
export interface Journal {
  /** Reads all entries, oldest first, and tells of lines that are none. */
  read(): Promise<readonly JournalEntry[]>;
  /** Appends entries after all that was appended before, and then carries on with `commit` before anything later. */
  append(entries: readonly JournalEntry[], commit: () => void): Promise<void>;
}

/** Creates the {@linkcode Journal} of a store. */
export function createJournal(store: EmulatorStore, logger: Logger): Journal {
  let isTorn = false;
  let tail: Promise<void> = Promise.resolve();
  return {
    async read() {
      const text = await store.read();
      const lines = text.split("\n");
      // What the last line ends with, if it ends: a torn one must not run into the next.
      isTorn = lines.pop() !== "";
      const filled = lines.filter((line) => line !== "");
      const read = filled.map(readLine);
      const skipped = read.filter((entries) => !entries).length;
      if (isTorn) {
        logger.warn("The store's last line was torn and is skipped");
      }
      if (skipped > 0) {
        logger.warn(
          `The store has ${skipped} lines that can't be read: they are skipped`,
        );
      }
      return read.flatMap((entries) => entries ?? []);
    },
    append(entries, commit) {
      const [only] = entries;
      // One line: of a batch that could not be written whole, and was refused, nothing is found later.
      const text = `${JSON.stringify(entries.length > 1 ? entries : only)}\n`;
      const work = tail.then(async () => {
        const start = isTorn ? "\n" : "";
        // Until it has succeeded, part of it may be there.
        isTorn = true;
        await store.append(start + text);
        isTorn = false;
        commit();
      });
      tail = work.catch(() => {});
      return work;
    },
  };
}

/** What was appended at once; undefined where any of it can't be read. */
function readLine(line: string): readonly JournalEntry[] | undefined {
  const json = parseJson(line);
  const entries = (Array.isArray(json) ? json : [json]).map(readEntry);
  return entries.length > 0 && entries.every((entry) => entry !== undefined)
    ? entries
    : undefined;
}

function readEntry(json: unknown): JournalEntry | undefined {
  if (!isRecord(json)) return undefined;
  const { kind } = json;
  switch (kind) {
    case "edits-over":
    case "reset":
      return { kind };
    case "flags": {
      const { flags, base } = json;
      return isRecord(flags) && isText(base)
        ? { kind: "flags", flags: flags as JsonObject, base }
        : undefined;
    }
    case "event": {
      const { event, receivedAt } = json;
      return isEvent(event) && isFiniteNumber(receivedAt)
        ? { kind: "event", event, receivedAt }
        : undefined;
    }
    default:
      return undefined;
  }
}

const TEXTS = ["uuid", "event", "distinctId", "timestamp", "lane"];

function isEvent(json: unknown): json is IncomingEvent {
  return isRecord(json) && isRecord(getOwn(json, "properties")) &&
    TEXTS.every((name) => isText(getOwn(json, name)));
}
