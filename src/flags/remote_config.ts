import {
  ConfigError,
  RequestError,
  type RequestErrorCode,
} from "../core/errors.ts";
import { type JsonValue, parseJson } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import type { HttpDoor, HttpOutcome } from "../transport/http.ts";
import { decodePayload } from "../local_evaluation/evaluation/payloads.ts";

/** What reading remote config takes. */
export interface RemoteConfigDeps {
  /** The one HTTP door. */
  readonly door: HttpDoor;
  /** The endpoint of a flag. */
  readonly url: (key: string) => string;
  /** The secret or personal key; undefined: nothing is ever requested. */
  readonly secretKey: string | undefined;
  /** The deadline of a request in ms. */
  readonly timeoutMs: number;
  /** Messages and errors. */
  readonly reporter: Reporter;
}

/** Reads the payload of a remote config flag; undefined where there is none. Never rejects. */
export type RemoteConfigReader = (
  key: unknown,
) => Promise<JsonValue | undefined>;

/** No flag has a blank key, and URLs resolve `.` and `..` away, encoded or not: another endpoint would be asked. */
const UNUSABLE_KEY = /^(\s*|\.\.?)$/;

/** Creates a {@linkcode RemoteConfigReader}. Nothing is kept: each call is one request, never tried again. */
export function createRemoteConfigReader(
  { door, url, secretKey, timeoutMs, reporter }: RemoteConfigDeps,
): RemoteConfigReader {
  let isMissingKeyTold = false;
  const tellMissingKey = (): undefined => {
    if (isMissingKeyTold) return;
    isMissingKeyTold = true;
    const message =
      "Cannot get remote config: option 'secretKey' or 'personalApiKey' is missing";
    reporter.warn(message);
    reporter.report(new ConfigError(message, "secretKey"));
  };
  return async (key) => {
    if (typeof key !== "string" || UNUSABLE_KEY.test(key)) {
      reporter.warn("Cannot get remote config: expected the key of a flag");
      return undefined;
    }
    if (secretKey === undefined) return tellMissingKey();
    const outcome = await door.send({
      method: "GET",
      url: url(key),
      headers: { "Authorization": `Bearer ${secretKey}` },
      timeoutMs,
    });
    const payload = readPayload(outcome);
    const outageKey = `flags:remote_config:${key}`;
    if (payload.kind === "payload") {
      reporter.rearm(outageKey);
      return payload.value;
    }
    const { reason, ...details } = payload;
    const message = `Cannot get remote config '${key}': ${reason}`;
    reporter.warn(message, outageKey);
    reporter.report(
      new RequestError(message, { endpoint: "remote_config", ...details }),
    );
    return undefined;
  };
}

/** What an answer says. */
type PayloadReading =
  | { readonly kind: "payload"; readonly value: JsonValue | undefined }
  | {
    readonly kind: "failed";
    readonly code: RequestErrorCode;
    readonly reason: string;
    readonly status?: number;
    readonly cause?: Error;
  };

function readPayload(outcome: HttpOutcome): PayloadReading {
  switch (outcome.kind) {
    case "ok": {
      const { status, text } = outcome;
      // The server sends no bytes for a missing or falsy payload.
      if (text === "") return { kind: "payload", value: undefined };
      const json = parseJson(text);
      if (json === undefined) {
        const reason = "the answer is no JSON";
        return { kind: "failed", code: "unreadable", reason, status };
      }
      // Payloads are stored as JSON text, so the answer is a string as a rule.
      return { kind: "payload", value: decodePayload(json as JsonValue) };
    }
    case "status": {
      // Its body is an error, never a payload.
      const { status } = outcome;
      const reason = `PostHog answered ${status}`;
      return { kind: "failed", code: "http", reason, status };
    }
    case "network": {
      const { cause } = outcome;
      const reason = `PostHog could not be reached: ${cause.message}`;
      return { kind: "failed", code: "network", reason, cause };
    }
    case "timeout":
    case "aborted": {
      const reason = "PostHog did not answer in time";
      return { kind: "failed", code: "timeout", reason };
    }
  }
}
