import { getOwn, isNonBlank, isRecord } from "../../core/guards.ts";
import { parseJson } from "../../core/json.ts";
import { type Redact, toLine } from "../../core/logger.ts";
import type { HttpDoor, HttpOutcome } from "../../delivery/http.ts";

/** A command of Redis with its arguments. */
export type RedisCommand = readonly [
  name: string,
  ...args: (string | number)[],
];

/** Runs commands in one request, in order; their results. Rejects when one of them failed. */
export type RedisPipeline = (
  commands: readonly RedisCommand[],
) => Promise<readonly unknown[]>;

/** What a pipeline is made of. */
export interface RedisPipelineDeps {
  /** The one HTTP door. */
  readonly door: HttpDoor;
  /** The REST URL, with or without a slash at its end. */
  readonly url: string | undefined;
  /** The token. */
  readonly token: string | undefined;
  /** The deadline of a request in ms. */
  readonly timeoutMs: number;
  /** Hides the token in what the server says. */
  readonly redact: Redact;
}

/**
 * Creates a {@linkcode RedisPipeline} in Upstash's REST protocol: an array of commands there, an array of
 * `{ result }` or `{ error }` back, and one `{ error }` where the request itself is refused.
 *
 * @see https://upstash.com/docs/redis/features/restapi
 */
export function createRedisPipeline(
  { door, url, token, timeoutMs, redact }: RedisPipelineDeps,
): RedisPipeline {
  const describe = (error: unknown) =>
    typeof error === "string" ? `: ${redact(toReason(error))}` : "";

  const readResults = (outcome: HttpOutcome): readonly unknown[] => {
    switch (outcome.kind) {
      case "network":
        throw new Error(`Redis could not be reached: ${outcome.cause.message}`);
      case "timeout":
      case "aborted":
        throw Object.assign(new Error("Redis did not answer in time"), {
          name: "TimeoutError",
        });
    }
    const { kind, status } = outcome;
    const answer = parseJson(outcome.text);
    if (kind === "status") {
      throw new Error(`Redis answered ${status}${describe(errorOf(answer))}`);
    }
    if (!Array.isArray(answer)) throw new Error(UNREADABLE);
    return answer;
  };

  return async (commands) => {
    if (!isNonBlank(url) || !isNonBlank(token)) {
      const option = isNonBlank(url) ? "token" : "url";
      throw new Error(`Cannot use Redis: the option '${option}' is missing`);
    }
    const outcome = await door.send({
      method: "POST",
      url: `${url.replace(/\/+$/, "")}/pipeline`,
      headers: {
        "Authorization": `Bearer ${token}`,
        "Content-Type": "application/json",
      },
      body: new TextEncoder().encode(JSON.stringify(commands)),
      timeoutMs,
    });
    const answers = readResults(outcome);
    return commands.map(([name], index) => {
      const answer: unknown = answers[index];
      const error = errorOf(answer);
      if (error !== undefined) {
        throw new Error(`Redis refused ${name}${describe(error)}`);
      }
      if (!isRecord(answer)) throw new Error(UNREADABLE);
      return getOwn(answer, "result");
    });
  };
}

const UNREADABLE = "Redis answered something that is no pipeline's result";

function errorOf(answer: unknown): unknown {
  return isRecord(answer) ? getOwn(answer, "error") : undefined;
}

/** The first clause: what follows may quote the arguments, which hold definitions. */
function toReason(error: string): string {
  return toLine(error.split(/[,:'"`\n]/, 1).join("").trim(), 100);
}
