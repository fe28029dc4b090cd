import type { EventDraft } from "../core/event.ts";

/** What the caller passed, member by member of unknown type: JavaScript callers pass anything. */
export type RawMessage = Readonly<Record<string, unknown>>;

/** A draft, why there is none, or a call that asks for nothing. */
export type DraftReading =
  | { readonly kind: "draft"; readonly draft: EventDraft }
  | { readonly kind: "nothing" }
  | {
    readonly kind: "refused";
    readonly event: string;
    readonly reason: string;
  };

/** Members that all messages share. */
export function readCommon(message: RawMessage): Omit<EventDraft, "event"> {
  const { distinctId, timestamp, uuid, disableGeoip } = message;
  return { distinctId, timestamp, uuid, disableGeoip };
}

/** `capture`: everything is checked when the event is built. */
export function draftCapture(message: RawMessage): DraftReading {
  const { event, properties, groups, flags, messageId } = message;
  const own = { event, properties, groups, flags, messageId };
  return { kind: "draft", draft: { ...readCommon(message), ...own } };
}
