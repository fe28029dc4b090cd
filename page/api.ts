import type {
  EvaluationAnswer,
  EvaluationQuestion,
  EventsAnswer,
  FaultsAnswer,
  FlagEdit,
  FlagsAnswer,
  RequestsAnswer,
} from "../src/dev/page/shapes.ts";

/** What the emulator refused, in its own words. */
export class Refusal extends Error {
  override name = "Refusal";
}

/** What the page asks the emulator for. */
export const api = {
  /** Events that fit. */
  readEvents: (query: Readonly<Record<string, string>>) =>
    ask<EventsAnswer>("GET", `/events?${new URLSearchParams(query)}`),
  /** Requests that fit. */
  readRequests: (query: Readonly<Record<string, string>>) =>
    ask<RequestsAnswer>(
      "GET",
      `/emulator/requests?${new URLSearchParams(query)}`,
    ),
  /** The flags. */
  readFlags: () => ask<FlagsAnswer>("GET", "/emulator/flags"),
  /** Adds, replaces or removes a flag. */
  editFlag: (edit: FlagEdit) =>
    ask<FlagsAnswer>("POST", "/emulator/flags", edit),
  /** What a person gets, and why. */
  evaluate: (question: EvaluationQuestion) =>
    ask<EvaluationAnswer>("POST", "/emulator/evaluate", question),
  /** Faults that wait. */
  readFaults: () => ask<FaultsAnswer>("GET", "/emulator/faults"),
  /** Plans one. */
  planFault: (fault: object) =>
    ask<FaultsAnswer>("POST", "/emulator/faults", fault),
  /** Forgets them. */
  clearFaults: () => ask<FaultsAnswer>("DELETE", "/emulator/faults"),
  /** Forgets all that was received. */
  forget: () => ask<object>("DELETE", "/emulator/events"),
} as const;

async function ask<Answer>(
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(path, {
    method,
    ...(body && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refusal(answer.error);
  return answer;
}
