import type { Logger } from "../core/logger.ts";
import type { JsonObject } from "../core/json.ts";
import type { ChangeListener } from "./changes.ts";
import type { EventStore } from "./event_store.ts";
import { createJournal, type JournalEntry } from "./journal.ts";
import { buildProjectFlags, type Project } from "./project.ts";
import type {
  EmulatorFlagDefinitions,
  EmulatorStore,
  IncomingEvent,
} from "./types.ts";

/** What {@linkcode KeptState} is made of. */
export interface KeptStateOptions {
  /** Where it is kept; undefined: in memory alone. */
  readonly store: EmulatorStore | undefined;
  /** Hears what could not be read or written. */
  readonly logger: Logger;
  /** The events in memory. */
  readonly events: EventStore;
  /** The flags in memory. */
  readonly project: Project;
  /** Hears what changed. */
  readonly tell: ChangeListener;
}

/** What an emulator answers for: accepted events and flags, in the store first and then in memory. */
export interface KeptState {
  /** Reads the store, once. */
  ready(): Promise<void>;
  /** Accepts the events of a request; rejects, and accepts none, where the store can't be written. */
  accept(events: readonly IncomingEvent[], receivedAt: number): Promise<void>;
  /** Replaces the flags in memory. */
  setFlags(definitions: EmulatorFlagDefinitions): void;
  /** Replaces the flags in the store and in memory. */
  editFlags(definitions: EmulatorFlagDefinitions): Promise<void>;
  /** Forgets all events. */
  forgetEvents(): void;
}

/** Creates the {@linkcode KeptState} of an emulator whose first flags are set. */
export function createKeptState(
  { store, logger, events, project, tell }: KeptStateOptions,
): KeptState {
  const journal = store && createJournal(store, logger);
  // The flags that code set last: edits hold as long as these are what they were.
  let base = project.flags;
  // Whether the store's last flags are edits.
  let isEdited = false;
  let restored: Promise<void> | undefined;

  const restore = async () => {
    let edited: (JournalEntry & { readonly kind: "flags" }) | undefined;
    for (const entry of await journal?.read() ?? []) {
      if (entry.kind === "event") events.add(entry.event, entry.receivedAt);
      else if (entry.kind === "reset") events.clear();
      else if (entry.kind === "edits-over") edited = undefined;
      else edited = entry;
    }
    if (!edited) return;
    isEdited = true;
    if (edited.base === await base.etag()) project.setFlags(edited.flags);
    else {
      logger.warn(
        "The flags are not those that the store's edits began with: the edits are left out",
      );
    }
    tell({ kind: "flags" });
  };
  const ready = () =>
    restored ??= restore().catch((error) => {
      logger.error("The store can't be read: nothing is accepted");
      restored = undefined;
      throw error;
    });

  const write = async (
    entries: readonly JournalEntry[],
    commit: () => void,
  ) => {
    if (!journal) return commit();
    await ready();
    await journal.append(entries, commit).catch((error) => {
      logger.error("The store can't be written: nothing of it is accepted");
      throw error;
    });
  };

  return {
    ready,
    accept: (accepted, receivedAt) =>
      write(
        accepted.map((event) => ({ kind: "event", event, receivedAt })),
        () => {
          for (const event of accepted) {
            tell({ kind: "event", event: events.add(event, receivedAt) });
          }
        },
      ),
    setFlags(definitions) {
      project.setFlags(definitions);
      base = project.flags;
      tell({ kind: "flags" });
      if (!isEdited) return;
      isEdited = false;
      // The edits are over, also for a start with the flags that they began with.
      write([{ kind: "edits-over" }], () => {}).catch(() =>
        logger.error("The store still has the edits that were replaced")
      );
    },
    async editFlags(definitions) {
      const { document } = buildProjectFlags(definitions);
      isEdited = true;
      const entry = {
        kind: "flags",
        flags: document as unknown as JsonObject,
        base: await base.etag(),
      } as const;
      await write([entry], () => {
        project.setFlags(document);
        tell({ kind: "flags" });
      });
    },
    forgetEvents() {
      events.clear();
      if (!journal) return;
      // Once more behind what was under way: the store forgets that too.
      write([{ kind: "reset" }], () => events.clear()).catch(() =>
        logger.error("The store still has the events that were forgotten")
      );
    },
  };
}

/** What a request is told that the store can't keep. */
export const STORE_FAILURE = "The emulator's store can't be read or written";

/** Whether work for the store succeeded; the logger has heard why not. */
export function isDone(work: Promise<void>): Promise<boolean> {
  return work.then(() => true, () => false);
}
