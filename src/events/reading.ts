import type { Lane } from "../core/delivery.ts";
import { describeType, isNonBlank, isRecord } from "../core/guards.ts";
import { assignJson, type JsonLoss, type JsonObject } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";

/**
 * Copies a map that a caller passed onto `target`. Tells of one of the wrong kind, which counts as empty, and once for
 * each event name and kind of loss of what JSON could not take as it was. See {@linkcode assignJson} for `holder`.
 */
export function assignGiven(
  reporter: Reporter,
  target: JsonObject,
  name: string,
  given: unknown,
  event: string,
  holder?: string,
): JsonObject {
  if (isRecord(given)) {
    const tell = (loss: JsonLoss) =>
      warnOnce(
        reporter,
        `Cannot send every property of '${event}' as it is: ${loss} was replaced by text`,
      );
    assignJson(target, given, tell, holder);
  } else warnUnusable(reporter, name, "a plain object", given);
  return target;
}

/** Whether the value is a record with anything in it. */
export function isFilled(value: unknown): value is object {
  return isRecord(value) && Object.keys(value).length > 0;
}

/** Warns the first time only that there is this to say. */
export function warnOnce(reporter: Reporter, message: string): void {
  reporter.warn(message, message);
}

/** Tells of a value of the wrong kind, if there is one: its type, never the value. */
export function warnUnusable(
  reporter: Reporter,
  name: string,
  expected: string,
  given: unknown,
): void {
  if (given === undefined || given === null) return;
  reporter.warn(
    `Cannot use '${name}': expected ${expected}, got ${describeType(given)}`,
  );
}

/** Tells of a call that makes no event, and why. */
export function refuse(
  reporter: Reporter,
  lane: Lane,
  event: unknown,
  reason: string,
): undefined {
  const name = isNonBlank(event) && reporter.redact(event);
  reporter.warn(`Cannot capture${name ? ` '${name}'` : ""}: ${reason}`);
  reporter.drop({
    reason: "invalid",
    lane,
    ...(name && { event: name }),
  });
}
