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

/** Of a client: who hears of ids, and by which protocol they travel. */
export interface IdentityHost {
  /** Hears of what could not be used. */
  readonly reporter: Reporter;
  /** The client's options. */
  readonly options: {
    /** The protocol, as far as this client decides it. */
    readonly captureMode: "v0" | "v1";
  };
}

/** Whom an event is about, undefined where nobody says it; tells of names and ids that PostHog won't take as such. */
export function readIdentity(
  name: string,
  { message, distinctId: given = message.distinctId }: EventDraft,
  context: EventContext | undefined,
  host: IdentityHost,
): string | undefined {
  const { reporter } = host;
  const own = toId(given);
  const known = own ?? toId(context?.distinctId);
  if (!own && typeof given !== "string") {
    warnUnusable(reporter, "distinctId", "a string or number", given);
  }
  warnLong("event name", name, host);
  if (!known) return undefined;
  warnLong("distinct id", known, host);
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
  { reporter, options }: IdentityHost,
): void {
  // A text that is short in UTF-16 units needs no counting: each is three bytes at most.
  if (text.length * 3 > MAX_NAME_BYTES && countBytes(text) > MAX_NAME_BYTES) {
    const does = options.captureMode === "v1" ? "drops" : "may cut or refuse";
    warnOnce(
      reporter,
      `PostHog ${does} an event whose ${part} is over 200 bytes`,
    );
  }
}
