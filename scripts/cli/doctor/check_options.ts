import type { ConfigError } from "../../../src/core/errors.ts";
import { parseUrl } from "../../../src/core/url.ts";
import { readHost } from "../../../src/options/host.ts";
import { OptionReader } from "../../../src/options/reader.ts";
import { type Check, fail, type Finding, note, pass } from "./finding.ts";
import type { SetUp } from "./set_up.ts";

/** Where PostHog takes events; said wherever there is none. */
export const USE_POSTHOG =
  "set POSTHOG_HOST to https://us.i.posthog.com, https://eu.i.posthog.com, or your proxy";

/** What headers can't carry, and what is around a value in files. */
const ODD_CHARACTERS = /[^!-~]|["'`]/;

/** PostHog's own hosts; a managed proxy on another domain is none. */
const POSTHOG_NAME = /(^|\.)posthog\.com$/;

/** Whether a host is PostHog's own, with no proxy in between. */
export function isPostHogHost(host: string): boolean {
  return POSTHOG_NAME.test(parseUrl(host)?.hostname ?? "");
}

/** Says what of the variables alone is wrong, before anything is asked. */
export function checkOptions(setUp: SetUp): readonly Finding[] {
  return [...checkToken(setUp), ...checkHost(setUp), ...checkOthers(setUp)];
}

function checkToken(
  { kernel, secretKey, problems, variables, unread }: SetUp,
): Finding[] {
  const found: Finding[] = [];
  const name = variables.get("apiKey");
  const isRefused = problems.some(({ option }) => option === "apiKey");
  if (name === undefined) {
    const others = unread.length > 0
      ? `; nobody reads ${unread.slice(0, 5).join(", ")}`
      : "";
    found.push(fail(
      "token",
      "missing-token",
      `There is no project token${others}`,
      "set POSTHOG_PROJECT_TOKEN to the token (phc_…) of the project's settings",
    ));
  } else if (isRefused) {
    found.push(fail(
      "token",
      "secret-as-token",
      `${name} holds a secret key (phx_… or phs_…), not a project token`,
      "put the project token (phc_…) there, and the secret into POSTHOG_PERSONAL_API_KEY",
    ));
  } else if (ODD_CHARACTERS.test(kernel.options.apiKey)) {
    found.push(describeOdd("token", name));
  } else {
    found.push(pass("token", `${name} holds a project token`));
  }
  const keyName = variables.get("secretKey") ??
    variables.get("personalApiKey") ?? "";
  if (ODD_CHARACTERS.test(secretKey ?? "")) {
    found.push(describeOdd("definitions", keyName));
  }
  if (problems.some(({ option }) => isKey(option))) {
    found.push(fail(
      "definitions",
      "token-as-key",
      `${keyName} holds a project token (phc_…), which can't read flag definitions`,
      "put a personal API key (phx_…) with the scope feature_flag:read there",
    ));
  }
  return found;
}

function describeOdd(check: Check, variable: string): Finding {
  return fail(
    check,
    "odd-characters",
    `${variable} has characters that no token or key has: quotes, spaces or others`,
    "write it as PostHog shows it, and without quotes where the file's reader keeps them",
  );
}

function isKey(option: string): boolean {
  return option === "secretKey" || option === "personalApiKey";
}

function checkHost({ kernel, givenHost, problems }: SetUp): Finding[] {
  const { host } = kernel.options;
  const refusal = problems.find(({ option }) => option === "host");
  if (refusal) {
    return [fail(
      "host",
      "host-unusable",
      `The host can't be used: ${reasonOf(refusal)}`,
      `${USE_POSTHOG} with its https:// or http://`,
    )];
  }
  const { pathname = "/", origin } = parseUrl(host) ?? {};
  if (isPostHogHost(host) && pathname !== "/") {
    return [fail(
      "host",
      "path-in-host",
      `The host has a path, ${pathname}: PostHog's own hosts have none`,
      `set POSTHOG_HOST to ${readHost(new OptionReader({ host: origin }))}`,
    )];
  }
  const given = parseUrl(givenHost ?? "")?.origin;
  return given !== undefined && given !== origin
    ? [note(
      "host",
      "app-host",
      `${given} is the address of PostHog's app; edgehog sends to ${host} instead`,
      `set POSTHOG_HOST to ${host}`,
    )]
    : [];
}

/** What the library says of the rest is said in its own words. */
function checkOthers({ problems, notes, variables }: SetUp): Finding[] {
  const known = ["apiKey", "host", "secretKey", "personalApiKey"];
  return [
    ...problems.filter(({ option }) => !known.includes(option)).map((problem) =>
      fail(
        "events",
        "option-refused",
        `${variables.get(problem.option)}: ${reasonOf(problem)}`,
        "correct it, or leave it out",
      )
    ),
    ...notes.map((text) =>
      text.includes("'host'")
        ? note(
          "host",
          "host-without-scheme",
          "The host has no scheme: https is assumed",
          "put https:// in front of it",
        )
        : note(
          "definitions",
          "two-keys",
          "POSTHOG_PERSONAL_API_KEY is ignored: POSTHOG_SECRET_KEY is set too",
          "keep one of them",
        )
    ),
  ];
}

function reasonOf({ message }: ConfigError): string {
  return message.replace(/^Cannot use option '[^']*': /, "")
    .replace(/; nothing is sent$/, "");
}
