import config from "../../../deno.json" with { type: "json" };
import {
  type Fields,
  MalformedCall,
  readFields,
  requireText,
} from "./fields.ts";
import { toCaptureMessage, toClientOptions, toEvaluation } from "./messages.ts";
import {
  createSession,
  NO_STATE,
  type Session,
  type SessionState,
} from "./session.ts";

/** The capture protocol of a process. */
export type Mode = "v0" | "v1";

/** How a process compresses: the contract asks each codec by the same `/init`. v0 knows gzip alone. */
export type Encoding = "gzip" | "deflate";

/** A call: the conversation it is part of, and what it says. */
interface Call {
  readonly testId: string | undefined;
  readonly fields: Fields;
}

type Handler = (call: Call) => object | Promise<object>;

/**
 * Creates the conformance adapter: PostHog's test harness drives edgehog through it, by HTTP. It adds nothing to
 * the client, which does all that is tested; a failed delivery is part of a test, so it is a success here.
 *
 * @see https://github.com/PostHog/posthog-sdk-test-harness, contract 1.2
 */
export function createAdapter(
  mode: Mode,
  compression: Encoding = "gzip",
): (request: Request) => Promise<Response> {
  /** One client a conversation; calls without `test_id` share one. */
  const sessions = new Map<string | undefined, Session>();

  const discard = (testId: string | undefined) => {
    sessions.get(testId)?.discard();
    sessions.delete(testId);
  };
  const find = ({ testId }: Call): Session => {
    const session = sessions.get(testId);
    if (!session) throw new MalformedCall("There was no /init");
    return session;
  };

  const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    ["GET /health", () => describeAdapter(mode, compression)],
    ["POST /init", ({ testId, fields }) => {
      const apiKey = requireText(fields, "api_key");
      const options = {
        ...toClientOptions(fields),
        captureMode: mode,
        compression,
      };
      discard(testId);
      sessions.set(testId, createSession(testId, apiKey, options));
      return { success: true };
    }],
    ["POST /capture", (call) => {
      return toReceipt(find(call).capture(toCaptureMessage(call.fields)));
    }],
    ["POST /capture_ai", (call) => {
      return toReceipt(find(call).captureAi(toCaptureMessage(call.fields)));
    }],
    ["POST /flush", async (call) => {
      return { success: true, "events_flushed": await find(call).flush() };
    }],
    ["GET /state", ({ testId }) => {
      return describeState(sessions.get(testId)?.state() ?? NO_STATE);
    }],
    ["POST /get_feature_flag", async (call) => {
      const key = requireText(call.fields, "key");
      const evaluation = toEvaluation(call.fields);
      const value = await find(call).getFlag(key, evaluation);
      return { success: true, value: value ?? null };
    }],
    ["POST /reset", ({ testId }) => {
      discard(testId);
      return { success: true };
    }],
  ]);

  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const name = `${request.method} ${pathname}`;
    try {
      const fields = await readFields(request);
      const handler = handlers.get(name);
      if (!handler) return refuse(404, `There is no ${name}`);
      const testId = searchParams.get("test_id") ?? undefined;
      return Response.json(await handler({ testId, fields }));
    } catch (error) {
      if (error instanceof MalformedCall) return refuse(400, error.message);
      throw error;
    }
  };
}

function refuse(status: number, error: string): Response {
  return Response.json({ success: false, error }, { status });
}

/** The uuid is the client's own, never one made up here. */
function toReceipt(uuid: string | undefined): object {
  return { success: uuid !== undefined, uuid: uuid ?? null };
}

function describeAdapter(mode: Mode, encoding: Encoding): object {
  return {
    "sdk_name": "edgehog",
    "sdk_version": config.version,
    "adapter_version": "1.0.0",
    "supports_parallel": true,
    capabilities: [
      `capture_${mode}`,
      `capture_ai_${mode}`,
      ...(mode === "v1" ? ["event_options"] : []),
      `encoding_${encoding}`,
    ],
  };
}

function describeState(
  { pending, captured, sent, lastError, attempts }: SessionState,
): object {
  return {
    "pending_events": pending,
    "total_events_captured": captured,
    "total_events_sent": sent,
    "total_retries": attempts.filter(({ retryAttempt }) => retryAttempt > 0)
      .length,
    "last_error": lastError ?? null,
    "requests_made": attempts.map((attempt) => ({
      "timestamp_ms": attempt.timestampMs,
      "status_code": attempt.statusCode,
      "retry_attempt": attempt.retryAttempt,
      "event_count": attempt.uuids.length,
      "uuid_list": attempt.uuids,
    })),
  };
}
