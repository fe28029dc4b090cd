import { askDefinitions, askEvents, askFlags } from "./ask.ts";
import { checkOptions } from "./check_options.ts";
import { diagnoseAnswers, diagnoseHost } from "./diagnose.ts";
import { diagnoseDefinitions } from "./diagnose_definitions.ts";
import {
  type Check,
  type Code,
  fail,
  type Finding,
  pass,
  skip,
} from "./finding.ts";
import type { SetUp } from "./set_up.ts";

/** How far clocks may be apart, in ms: less is a slow network, or a machine that was just woken. */
const MAX_SKEW_MS = 300_000;

const MINUTE_MS = 60_000;

const ORDER: readonly Check[] = [
  "token",
  "host",
  "events",
  "flags",
  "definitions",
  "clock",
];

/** What of definitions need not be said again, by what was said of flags. */
const SAME_CAUSE: Readonly<Partial<Record<Finding["code"], Code>>> = {
  "definitions-barred": "flags-barred",
  "definitions-quota": "flags-quota",
};

/** Looks at everything, and stops where nothing more can be known. Findings are in the order of checks. */
export async function examine(setUp: SetUp): Promise<readonly Finding[]> {
  const found = await examineInTurn(setUp);
  return found.toSorted((one, other) =>
    ORDER.indexOf(one.check) - ORDER.indexOf(other.check)
  );
}

async function examineInTurn(setUp: SetUp): Promise<readonly Finding[]> {
  const { kernel } = setUp;
  const { host } = kernel.options;
  const found = [...checkOptions(setUp)];
  const isStopped = found.some(({ check, kind }) =>
    kind === "wrong" && (check === "token" || check === "host")
  );
  if (isStopped) {
    return [...found, skip("events", "Nothing was asked of PostHog")];
  }
  const events = await askEvents(kernel);
  const problem = diagnoseHost(host, events.outcome);
  if (problem) return [...found, problem];
  const answers = diagnoseAnswers(host, events, await askFlags(kernel));
  if (answers.some(({ check }) => check === "host")) {
    return [...found, ...answers];
  }
  // One that is refused there is no token, whatever its form.
  const isRefused = answers.some(({ check }) => check === "token");
  return [
    ...found.filter(({ check }) => check !== "token" || !isRefused),
    pass("host", `${host} answers`),
    ...answers,
    ...await examineDefinitions(setUp, [...found, ...answers]),
    diagnoseClock(events.aheadMs),
  ];
}

async function examineDefinitions(
  { kernel, secretKey, variables, problems }: SetUp,
  answers: readonly Finding[],
): Promise<readonly Finding[]> {
  const codes = answers.map(({ code }) => code);
  if (codes.includes("odd-characters")) return [];
  if (secretKey === undefined) {
    return problems.some(({ option }) => /key$/i.test(option)) ? [] : [skip(
      "definitions",
      "Without POSTHOG_PERSONAL_API_KEY or POSTHOG_SECRET_KEY PostHog is asked for each evaluation",
    )];
  }
  if (codes.includes("token-unknown")) {
    return [skip("definitions", "Not asked for: the project is not known")];
  }
  if (codes.includes("authorization-stripped")) {
    return [skip("definitions", "Not asked for: they need Authorization too")];
  }
  const variable = variables.get("secretKey") ??
    variables.get("personalApiKey") ?? "";
  const answer = await askDefinitions(kernel, secretKey);
  const { host } = kernel.options;
  const finding = diagnoseDefinitions(host, variable, secretKey, answer);
  const cause = SAME_CAUSE[finding.code];
  return cause !== undefined && codes.includes(cause)
    ? [skip("definitions", "Not to be had, for the same reason")]
    : [finding];
}

function diagnoseClock(aheadMs: number | undefined): Finding {
  if (aheadMs === undefined) {
    return skip("clock", "The answer says no time to compare the clock with");
  }
  const apartMs = Math.abs(aheadMs);
  if (apartMs <= MAX_SKEW_MS) return pass("clock", "The clock is right");
  return fail(
    "clock",
    "clock-off",
    `This machine's clock is ${describeSpan(apartMs)} ${
      aheadMs > 0 ? "ahead" : "behind"
    }`,
    "set it, for example by NTP: the times of events and the dates in flags go by it",
  );
}

function describeSpan(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  const hours = Math.round(minutes / 60);
  return minutes < 120
    ? `${minutes} minutes`
    : hours < 48
    ? `${hours} hours`
    : `${Math.round(hours / 24)} days`;
}
