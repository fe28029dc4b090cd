import type {
  EmulatorFlagDefinitions,
  PlannedFault,
  ReceivedEvent,
} from "../types.ts";

/** How much there is of everything: what the page hears of by itself. */
export interface PageCounts {
  /** Events that are held. */
  readonly events: number;
  /** Those of them that are exceptions. */
  readonly exceptions: number;
  /** Requests that are held. */
  readonly requests: number;
  /** Grows with each change of anything. */
  readonly version: number;
  /** Grows with each change of the flags. */
  readonly flagsVersion: number;
  /** Planned faults that wait. */
  readonly faults: number;
}

/** An event's name and how many have it. */
export interface EventName {
  /** The name. */
  readonly name: string;
  /** How many events have it. */
  readonly count: number;
}

/** What `GET /events` says. */
export interface EventsAnswer {
  /** The newest events that were asked for, newest first. */
  readonly events: readonly ReceivedEvent[];
  /** How many there are of those that were asked for. */
  readonly matched: number;
  /** How many there are at all. */
  readonly total: number;
  /** The names of all events, the most frequent first. */
  readonly names: readonly EventName[];
}

/** A request without what is secret in it. */
export interface ShownRequest {
  /** Its place among all that arrived: a number of its own. */
  readonly id: number;
  /** The HTTP method. */
  readonly method: string;
  /** The path. */
  readonly path: string;
  /** The status answered; 0 for none. */
  readonly status: number;
  /** When it arrived, in ms since the epoch. */
  readonly receivedAt: number;
  /** The body's length as it was sent, in bytes. */
  readonly bodyBytes: number;
  /** The answer's length in bytes. */
  readonly answerBytes: number;
  /** The ETag that the client had. */
  readonly ifNoneMatch: string | undefined;
  /** The ETag of the answer. */
  readonly etag: string | undefined;
}

/** What reading flag definitions came to. */
export interface DefinitionsCost {
  /** Requests that got the definitions. */
  readonly full: number;
  /** The bytes of their answers. */
  readonly fullBytes: number;
  /** Requests that heard that nothing changed. */
  readonly notModified: number;
  /** All others. */
  readonly failed: number;
}

/** What `GET /emulator/requests` says. */
export interface RequestsAnswer {
  /** The newest requests that were asked for, newest first. */
  readonly requests: readonly ShownRequest[];
  /** How many there are of those that were asked for. */
  readonly matched: number;
  /** What definitions cost. */
  readonly definitions: DefinitionsCost;
}

/** What `GET /emulator/flags` says. */
export interface FlagsAnswer {
  /** The flags. */
  readonly definitions: EmulatorFlagDefinitions;
  /** Their ETag, as definitions are served with it. */
  readonly etag: string;
}

/** What `POST /emulator/flags` takes: one flag that is added, replaced or removed. */
export interface FlagEdit {
  /** The key of the flag that is replaced or removed. Default: none, a new flag. */
  readonly key?: string | undefined;
  /** The new row. Default: none, the flag is removed. */
  readonly row?: Readonly<Record<string, unknown>> | undefined;
}

/** What `POST /emulator/evaluate` takes. */
export interface EvaluationQuestion {
  /** Whom it is about. */
  readonly distinctId: string;
  /** What is known of the person. Default: nothing. */
  readonly personProperties?: Readonly<Record<string, unknown>> | undefined;
  /** Group type to group key. Default: none. */
  readonly groups?: Readonly<Record<string, unknown>> | undefined;
  /** Group type to what is known of the group. Default: nothing. */
  readonly groupProperties?: Readonly<Record<string, unknown>> | undefined;
  /** The one flag whose conditions are looked at one by one. Default: all flags, without their conditions. */
  readonly flagKey?: string | undefined;
}

/** What one condition says of a person. */
export interface ConditionVerdict {
  /** The condition in words. */
  readonly rule: string;
  /** Whether it was this one that decided. */
  readonly isDecisive: boolean;
  /** What it says, in words. */
  readonly verdict: string;
}

/** What a flag is for a person, and why. */
export interface FlagExplanation {
  /** The flag. */
  readonly key: string;
  /** The value as JSON; undefined where `/flags` leaves the flag out. */
  readonly value: unknown;
  /** Why, in words. */
  readonly because: string;
  /** What each condition says; only of one flag that was asked for. */
  readonly conditions?: readonly ConditionVerdict[];
}

/** What `POST /emulator/evaluate` says. */
export interface EvaluationAnswer {
  /** Each flag. */
  readonly flags: readonly FlagExplanation[];
}

/** What `GET /emulator/faults` says. */
export interface FaultsAnswer {
  /** The faults that wait, in order. */
  readonly faults: readonly PlannedFault[];
}
