import { isRecord } from "../../../src/core/guards.ts";
import { parseJson } from "../../../src/core/json.ts";
import { toLine } from "../../../src/core/logger.ts";
import { parseUrl } from "../../../src/core/url.ts";
import {
  describeStatus,
  type HttpAnswer,
  type HttpOutcome,
} from "../../../src/delivery/http.ts";
import { parseRemoteFlags } from "../../../src/flags/remote_response.ts";
import type { EventsAnswer } from "./ask.ts";
import { isPostHogHost, USE_POSTHOG } from "./check_options.ts";
import { type Check, fail, type Finding, pass } from "./finding.ts";
import { describeUnreachable } from "./unreachable.ts";

/** What an answer comes to, whatever was asked. */
type Verdict =
  | "fine"
  /** Nothing is there for this path: 403, 404, 405, a web page, or a success that is none of PostHog's. */
  | "barred"
  | "unauthorized"
  /** 429, and what a server says of itself. */
  | "busy"
  | "odd";

/** Why nothing more need be asked of a host; undefined where it answers. */
export function diagnoseHost(
  host: string,
  outcome: HttpOutcome,
): Finding | undefined {
  if (outcome.kind === "network") {
    return describeUnreachable(host, outcome.cause);
  }
  if (!("status" in outcome)) {
    return fail(
      "host",
      "timeout",
      `${host} did not answer in time`,
      "check the network, a firewall and the host, and try again",
    );
  }
  if (outcome.kind === "ok" || outcome.status >= 400) return undefined;
  const location = outcome.headers.get("location");
  const target = location ? parseUrl(location, host)?.origin : undefined;
  return fail(
    "host",
    "redirect",
    `${host} redirects (${outcome.status})${target ? ` to ${target}` : ""}`,
    "set POSTHOG_HOST to an address that answers by itself",
  );
}

/** Says what of events and flags does not work; of the host where neither does. */
export function diagnoseAnswers(
  host: string,
  events: EventsAnswer,
  flags: HttpOutcome,
): readonly Finding[] {
  const eventsVerdict = judge(events.outcome, isEventsAnswer(events));
  const read = flags.kind === "ok" ? parseRemoteFlags(flags.text) : undefined;
  const flagsVerdict = judge(flags, read !== undefined);
  const isBoth = eventsVerdict === flagsVerdict;
  if (isBoth && eventsVerdict === "barred") {
    return [describeNothing(host, events.outcome)];
  }
  if (isBoth && eventsVerdict === "busy") {
    return [describeOther("host", host, "", events.outcome)];
  }
  if (flagsVerdict === "unauthorized") return [describeToken(host)];
  const { captureMode } = events.wire;
  // Nothing takes the token out of a body: that of v0 is wrong.
  const mayBeStripped = !isPostHogHost(host) && captureMode === "v1";
  if (eventsVerdict === "unauthorized" && !mayBeStripped) {
    return [describeToken(host)];
  }
  return [
    describeEvents(host, events.path, events.outcome, eventsVerdict),
    describeFlags(host, flags, flagsVerdict, read?.quotaLimited === true),
  ];
}

function describeEvents(
  host: string,
  path: string,
  outcome: HttpOutcome,
  verdict: Verdict,
): Finding {
  switch (verdict) {
    case "fine":
      return pass("events", `${path} takes events (asked with an empty batch)`);
    case "barred":
      return describeBarred("events", host, path, outcome);
    case "unauthorized":
      return fail(
        "events",
        "authorization-stripped",
        `The header Authorization does not get through ${host}: ${path} answered 401`,
        "let the proxy pass Authorization, or set POSTHOG_CAPTURE_MODE=v0",
      );
    default:
      return describeOther("events", host, path, outcome);
  }
}

function describeFlags(
  host: string,
  outcome: HttpOutcome,
  verdict: Verdict,
  isOverQuota: boolean,
): Finding {
  const path = "/flags/";
  if (verdict === "barred") return describeBarred("flags", host, path, outcome);
  if (verdict !== "fine") return describeOther("flags", host, path, outcome);
  return isOverQuota
    ? fail(
      "flags",
      "flags-quota",
      "The project's quota of feature flag requests is used up",
      "raise its limit in PostHog's billing settings; until then flags have no values",
    )
    : pass("flags", `${path} evaluates flags, and knows the project token`);
}

function judge(outcome: HttpOutcome, isFine: boolean): Verdict {
  if (isFine) return "fine";
  const status = "status" in outcome ? outcome.status : 0;
  if (status === 401) return "unauthorized";
  if (
    status === 403 || status === 404 || status === 405 || outcome.kind === "ok"
  ) {
    return "barred";
  }
  return status === 429 || status >= 500 ? "busy" : "odd";
}

/** Whether it is a success, and a web page all the same. */
function isPage(outcome: HttpOutcome): boolean {
  return outcome.kind === "ok" && /^\s*</.test(outcome.text ?? "");
}

/** Whether a batch without events got what PostHog answers it: that it has no events. */
function isEventsAnswer({ wire, outcome }: EventsAnswer): boolean {
  if (!("text" in outcome)) return false;
  const json = parseJson(outcome.text);
  const { error, results, status } = Object(json);
  return outcome.kind === "ok"
    ? isRecord(json) && (results ?? status) !== undefined
    : outcome.status === 400 &&
      (wire.captureMode === "v0" || error === "empty_batch");
}

function describeNothing(host: string, outcome: HttpOutcome): Finding {
  const { pathname = "/" } = parseUrl(host) ?? {};
  if (pathname !== "/") {
    return fail(
      "host",
      "path-in-host",
      `No PostHog is at the host's path ${pathname}: ${
        describe(host, outcome)
      }`,
      "leave the path out of POSTHOG_HOST, or give it the one that your proxy has",
    );
  }
  return isPage(outcome)
    ? fail(
      "host",
      "web-page",
      `A web page answers at ${host}, not PostHog`,
      USE_POSTHOG,
    )
    : fail(
      "host",
      "no-posthog",
      `No PostHog is at ${host}: ${describe(host, outcome)}`,
      USE_POSTHOG,
    );
}

function describeToken(host: string): Finding {
  return fail(
    "token",
    "token-unknown",
    `${host} does not know the project token`,
    isPostHogHost(host)
      ? "check the token and the region: https://us.i.posthog.com or https://eu.i.posthog.com, as in the address of your project"
      : "check the token, and which PostHog and region is behind this host",
  );
}

function describeBarred(
  check: "events" | "flags",
  host: string,
  path: string,
  outcome: HttpOutcome,
): Finding {
  const isV1 = path.startsWith("/i/v1/");
  const isOwn = isPostHogHost(host);
  const elsewise = isV1 && !isOwn ? ", or set POSTHOG_CAPTURE_MODE=v0" : "";
  return fail(
    check,
    `${check}-barred`,
    `${path} does not get through: ${describe(host, outcome)}`,
    isOwn
      ? USE_POSTHOG
      : `let the proxy pass ${isV1 ? "/i/v1/" : path}${elsewise}`,
  );
}

function describeOther(
  check: Check,
  host: string,
  path: string,
  outcome: HttpOutcome,
): Finding {
  if (!("status" in outcome)) {
    return fail(
      check,
      "timeout",
      `${path} did not answer`,
      "check the network and what stands in between, and try again",
    );
  }
  const { error, error_description: words }: Record<string, unknown> = Object(
    parseJson(outcome.text),
  );
  if (/header/.test(String(error))) {
    return fail(
      check,
      "headers-stripped",
      `A header does not get through ${host}: ${toLine(String(words))}`,
      "let the proxy pass PostHog-*, User-Agent and Content-Type as they are",
    );
  }
  return fail(
    check,
    outcome.status === 429 || outcome.status >= 500 ? "busy" : "odd-answer",
    `${path && `${path}: `}${describe(host, outcome)}`,
    "try again in a while; see https://status.posthog.com, or the proxy's log",
  );
}

function describe(host: string, outcome: HttpOutcome): string {
  const { status }: Partial<HttpAnswer> = "status" in outcome ? outcome : {};
  // What to check is the remedy's to say.
  const [words = ""] = describeStatus(status, host).split(", check");
  return outcome.kind === "ok" && !isPage(outcome)
    ? `something else answered (${status})`
    : isPostHogHost(host)
    ? words
    : words.replace(/^PostHog /, `${host} `);
}
