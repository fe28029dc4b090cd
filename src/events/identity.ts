import { countBytes } from "../core/bytes.ts";
import type { EventContext, EventDraft } from "../core/event.ts";
import { toId } from "../core/guards.ts";
import type { Reporter } from "../core/reporter.ts";
import { warnOnce, warnUnusable } from "./reading.ts";

/** Longer names and ids are sent, but PostHog cuts or refuses them. In UTF-8 bytes. */
const MAX_NAME_BYTES = 200;

/**
 * Ids that stand for nobody, zeros in the form of a uuid among them: PostHog stores their events without a person.
 *
 * Parity: the list of PostHog's capture service.
 */
const PLACEHOLDER =
  /^\s*(0|[0-]{36}|\[object object\]|anonymous(-user)?|backend|distinct_?id|email|false|guest|id|nan|none|not_authenticated|null|system|true|undefined|user)\s*$/i;

/** Whom an event is about, undefined where nobody says it; tells of names and ids that PostHog won't take as such. */
export function readIdentity(
  name: string,
  { message, distinctId: given = message.distinctId }: EventDraft,
  context: EventContext | undefined,
  reporter: Reporter,
): string | undefined {
  const own = toId(given);
  const known = own ?? toId(context?.distinctId);
  if (!own && typeof given !== "string") {
    warnUnusable(reporter, "distinctId", "a string or number", given);
  }
  warnLong("event name", name, reporter);
  if (!known) return undefined;
  warnLong("distinct id", known, reporter);
  if (PLACEHOLDER.test(known)) {
    reporter.debug(
      `PostHog takes the distinct id of '${name}' for a placeholder of nobody`,
    );
  }
  return known;
}

/** Tells once that such a part is long: a visitor's header can bring a long id with every request. */
function warnLong(
  part: string,
  text: string,
  reporter: Reporter,
): void {
  // A text that is short in UTF-16 units needs no counting: each is three bytes at most.
  if (
    text.length * 3 > MAX_NAME_BYTES && countBytes(text) > MAX_NAME_BYTES
  ) {
    warnOnce(
      reporter,
      `PostHog may cut or refuse an event whose ${part} is over 200 bytes`,
    );
  }
}
