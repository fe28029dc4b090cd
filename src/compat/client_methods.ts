import type { Caller, FeatureHost, FeatureMaker } from "../client/host.ts";
import { atDeadline, lookAgain, toTimeoutMs } from "../core/clock.ts";
import { CallbackError } from "../core/errors.ts";
import { isThenable } from "../core/guards.ts";
import { LIBRARY_NAME, USER_AGENT, VERSION } from "../core/version.ts";

/** Methods of posthog-node's client about itself. */
export interface ClientMethods {
  /** The library's name, as `$lib` has it. */
  getLibraryId(): string;
  /** The library's version, as `$lib_version` has it. */
  getLibraryVersion(): string;
  /** The `User-Agent` of the client's requests. */
  getCustomUserAgent(): string;
  /**
   * Keeps the runtime alive for work by the client's `waitUntil`, and has `flush` and `shutdown` wait for it, up to 30 s.
   * The result is what the promise gives, or undefined where it fails, which is reported.
   *
   * @example Wait for work that captures at its end
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator, clock } = createTestClient();
   * const work = clock.sleep(5).then(() => posthog.capture({ event: "done", distinctId: "user-1" }));
   * posthog.addPendingPromise(work);
   *
   * await Promise.all([posthog.flush(), clock.advance(100)]);
   * assertEquals(emulator.events.map(({ event }) => event), ["done"]);
   * ```
   */
  addPendingPromise<T>(promise: Promise<T>): Promise<T | undefined>;
}

/** What a flush waits for such work at most, in ms: one whose request is gone would never end. */
const MAX_WAIT_MS = 30_000;

/** Promises waited for at once; the oldest is not waited for any more. */
const MAX_PENDING = 1000;

/** Gives a client {@linkcode ClientMethods}. */
export function clientMethods(): FeatureMaker {
  return {
    name: "clientMethods",
    verbs: [],
    clientVerbs: [
      "getLibraryId",
      "getLibraryVersion",
      "getCustomUserAgent",
      "addPendingPromise",
    ],
    check() {},
    make(host) {
      const pending = new PendingWork(host);
      return {
        verbs: {
          getLibraryId: () => LIBRARY_NAME,
          getLibraryVersion: () => VERSION,
          getCustomUserAgent: () => USER_AGENT,
          addPendingPromise: (caller: Caller, promise: unknown) =>
            pending.add(caller, promise),
        },
        settle: (timeoutMs) => pending.settle(timeoutMs),
        shutdown: async (deadline) => await pending.settle(undefined, deadline),
      };
    },
  };
}

/** Work of the application's that has not ended: settled data only. */
class PendingWork {
  readonly #host: FeatureHost;
  readonly #work = new Set<unknown>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  async add(caller: Caller, promise: unknown): Promise<unknown> {
    if (!isThenable(promise)) return promise;
    if (this.#work.size >= MAX_PENDING) {
      for (const oldest of this.#work.keys()) {
        this.#work.delete(oldest);
        break;
      }
    }
    this.#work.add(promise);
    const settled = this.#watch(promise);
    caller.keepAlive(settled);
    return await settled;
  }

  /** Undefined where nothing is to be waited for. */
  settle(
    timeoutMs: number | undefined,
    deadline?: AbortSignal,
  ): Promise<void> | undefined {
    return this.#work.size > 0 ? this.#wait(timeoutMs, deadline) : undefined;
  }

  async #watch(promise: PromiseLike<unknown>): Promise<unknown> {
    try {
      return await promise;
    } catch (cause) {
      const name = "addPendingPromise";
      const message = `The promise given to '${name}' failed`;
      this.#host.reporter.tell(new CallbackError(message, name, cause));
      return undefined;
    } finally {
      this.#work.delete(promise);
    }
  }

  async #wait(
    timeoutMs: number | undefined,
    deadline: AbortSignal | undefined,
  ): Promise<void> {
    const { clock } = this.#host;
    const ms = Math.min(toTimeoutMs(timeoutMs) ?? MAX_WAIT_MS, MAX_WAIT_MS);
    let isLate = false;
    const cancel = atDeadline(clock, ms, () => isLate = true);
    const isWaiting = () =>
      this.#work.size > 0 && !isLate && !deadline?.aborted;
    for (let turn = 0; isWaiting(); turn++) {
      await lookAgain(clock, turn, deadline);
    }
    cancel();
    // What has not ended in that time is not waited for again: its request may be gone.
    if (timeoutMs === undefined) this.#work.clear();
  }
}
