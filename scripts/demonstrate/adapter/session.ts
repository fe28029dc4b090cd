import {
  type AnyEdgehogError,
  type CaptureMessage,
  type EvaluateFlagsOptions,
  type FlagValue,
  type Logger,
  PostHog,
  type PostHogOptions,
} from "edgehog";
import { type Attempt, createRecorder } from "./recorder.ts";

/** The client of one conversation, with what is counted for it. */
export interface Session {
  /** Captures an event; the uuid is the client's, undefined when it refused the event. */
  capture(message: CaptureMessage): string | undefined;
  /** Captures an event on the AI lane. */
  captureAi(message: CaptureMessage): string | undefined;
  /** Sends what is queued; the number of events delivered. */
  flush(): Promise<number>;
  /** Reads a flag, exposure included; undefined when there is no such flag. */
  getFlag(
    key: string,
    options: EvaluateFlagsOptions,
  ): Promise<FlagValue | undefined>;
  /** What is known of the conversation. */
  state(): SessionState;
  /** Drops what is queued and cuts what is under way. Sends nothing. */
  discard(): void;
}

/** What is known of a conversation. */
export interface SessionState {
  /** Events in the queue. */
  readonly pending: number;
  /** Events captured. */
  readonly captured: number;
  /** Events delivered. */
  readonly sent: number;
  /** The newest failure. */
  readonly lastError: string | undefined;
  /** The requests that carried events. */
  readonly attempts: readonly Attempt[];
}

/** What there is before a conversation begins. */
export const NO_STATE: SessionState = {
  pending: 0,
  captured: 0,
  sent: 0,
  lastError: undefined,
  attempts: [],
};

/** Failures are part of most conversations; `/state` tells of them. */
const SILENT: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};

/** Creates a {@linkcode Session}: a client with `options` whose requests carry the id. */
export function createSession(
  testId: string | undefined,
  apiKey: string,
  options: PostHogOptions,
): Session {
  const recorder = createRecorder(testId);
  let captured = 0;
  let sent = 0;
  let lastError: string | undefined;
  const posthog = new PostHog(apiKey, {
    ...options,
    fetch: recorder.fetch,
    logger: SILENT,
    disableSingletonWarning: true,
    onError(error) {
      lastError = describe(error);
    },
  });
  posthog.on("flush", (uuids) => {
    sent += uuids.length;
  });
  const count = (uuid: string | undefined) => {
    if (uuid !== undefined) captured++;
    return uuid;
  };
  return {
    capture: (message) => count(posthog.capture(message)),
    captureAi: (message) => count(posthog.captureAi(message)),
    async flush() {
      const { delivered } = await posthog.flush();
      return delivered;
    },
    async getFlag(key, evaluation) {
      const flags = await posthog.evaluateFlags({
        ...evaluation,
        flagKeys: [key],
      });
      return flags.getFlag(key);
    },
    state: () => ({
      pending: posthog.queueSize,
      captured,
      sent,
      lastError,
      attempts: recorder.attempts,
    }),
    discard() {
      posthog.clearQueue();
      recorder.cut();
    },
  };
}

/** The contract looks for the status in the text. */
function describe(error: AnyEdgehogError): string {
  const status = "status" in error && error.status > 0
    ? ` (status ${error.status})`
    : "";
  return `${error.message}${status}`;
}
