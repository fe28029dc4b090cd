import type { Lane } from "../core/delivery.ts";
import { CallbackError } from "../core/errors.ts";
import type { BeforeSend, CapturedEvent, RawMessage } from "../core/event.ts";
import {
  describeType,
  isNonBlank,
  isRecord,
  isThenable,
  toId,
} from "../core/guards.ts";
import { assignJson } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import { isUuid } from "../core/uuid.ts";
import { isFilled } from "./reading.ts";
import { toTimestamp } from "./timestamp.ts";

/**
 * Runs the hooks in order on an event of their own and normalises what comes out. Undefined when they dropped it, which
 * is reported. Never throws.
 */
export function applyBeforeSend(
  hooks: readonly BeforeSend[],
  draft: CapturedEvent,
  message: RawMessage,
  lane: Lane,
  reporter: Reporter,
): CapturedEvent | undefined {
  // As they were before a hook changed them.
  const { event: name, timestamp, uuid, properties: given } = draft;
  const { sendFeatureFlags, disableGeoip } = message;
  let { options } = draft;
  const groups = assignJson({}, given["$groups"]);
  const before = JSON.stringify(groups);
  const cannot = `Cannot capture '${name}': the hook 'beforeSend'`;
  // What an event that may be raw goes no further for.
  let failure: string | undefined;
  let cause: unknown;
  try {
    let input: CapturedEvent = Object.assign(draft, {
      groups: isFilled(groups) ? groups : undefined,
      sendFeatureFlags,
      disableGeoip,
    });
    let kept: unknown;
    for (const run of hooks) {
      kept = run(input);
      if (!isRecord(kept) || isThenable(kept)) break;
      input = kept as unknown as CapturedEvent;
      const { options: theirs } = input;
      if (isRecord(theirs)) options = theirs;
      else {
        // What was made of the event by hand may lack them: that says nothing of them.
        input = { ...input, options };
        if (theirs !== undefined) {
          reporter.warn(
            `The hook 'beforeSend' left no options on '${name}'`,
          );
        }
      }
    }
    if ((kept ?? false) === false) {
      reporter.debug(`The hook 'beforeSend' dropped '${name}'`);
    } else if (isThenable(kept)) {
      // Its outcome is of no use any more, but an unhandled rejection would end some processes.
      kept.then(undefined, () => {});
      failure = "returned a promise, not an event";
    } else if (!isRecord(kept)) {
      failure = `returned ${describeType(kept)}, not an event`;
    } else {
      const isSame = (kept as unknown) === draft;
      const { event, distinctId, properties, timestamp: at, uuid: id } = kept;
      const person = toId(distinctId);
      if (isNonBlank(event) && person) {
        const json = isRecord(properties) ? assignJson({}, properties) : {};
        const theirs = assignJson({}, kept["groups"]);
        const isChanged = JSON.stringify(theirs) !== before;
        // What stands in the place of the event, or of its properties, need not repeat everything.
        const isRepeated = isSame || properties === given || "$groups" in json;
        if ((isSame || "groups" in kept) && (isChanged || !isRepeated)) {
          json["$groups"] = theirs;
          if (!isFilled(theirs)) delete json["$groups"];
        }
        if (!isFilled(json)) {
          reporter.warn(
            `The hook 'beforeSend' left no properties on '${name}'`,
          );
        }
        return {
          event: event.toWellFormed(),
          distinctId: person,
          properties: json,
          options: assignJson({}, options),
          timestamp: at === timestamp
            ? timestamp
            : toTimestamp(at) ?? timestamp,
          uuid: isUuid(id) ? id : uuid,
        };
      }
      reporter.warn(`${cannot} removed its name or distinct id`);
    }
  } catch (error) {
    // A hook itself, or a getter of what it returned.
    failure = "threw";
    cause = error;
  }
  if (failure) {
    const message = reporter.redact(`${cannot} failed, it ${failure}`);
    reporter.tell(new CallbackError(message, "beforeSend", cause));
  }
  reporter.drop({ reason: "hook", lane, uuid, event: reporter.redact(name) });
  return undefined;
}
