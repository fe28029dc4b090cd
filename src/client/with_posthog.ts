import { isObject } from "../core/guards.ts";
import type {
  ExecutionContextLike,
  MaybePromise,
  RequestLike,
} from "../core/platform.ts";
import {
  captureEscaped,
  FETCH_HANDLER,
  FETCH_ON_ERROR,
  isControlFlow,
} from "./escaped.ts";
import type { KernelScope, RequestScopeInit } from "./scope_types.ts";

/** What {@linkcode withPostHog} may be told. */
export interface WithPostHogOptions<
  Args extends readonly unknown[],
  Answer,
  Scope = KernelScope,
> {
  /**
   * Answers an error that escaped the handler; it gets the error, then what the handler got. The error is captured as
   * handled, with the status of the answer. What this function throws itself goes on to the runtime.
   */
  readonly onError?:
    | ((
      error: unknown,
      ...args: [...args: Args, hog: Scope]
    ) => MaybePromise<Answer>)
    | undefined;
}

/**
 * Wraps a fetch handler of any runtime: it gets the runtime's own arguments, and after them the request's scope. An
 * error that escapes it is captured, if the client tracks errors, and thrown on as it is. Responses are handed through
 * untouched.
 *
 * Events leave under the `waitUntil` of the third or second argument; where neither has one, a flush is started when the
 * response is made, and the response does not wait for it. Declare every argument that the runtime passes, with
 * its type: the scope comes after the last.
 *
 * @param posthog The client.
 * @param handler The handler, with one more parameter.
 * @param options See {@linkcode WithPostHogOptions}.
 * @returns The handler for the runtime.
 *
 * @example A handler that fails
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { type ExecutionContextLike, type RequestScope, withPostHog } from "edgehog";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog, emulator } = createTestClient();
 * const handler = withPostHog(
 *   posthog,
 *   (request: Request, _env: unknown, _ctx: ExecutionContextLike, hog: RequestScope): Response => {
 *     hog.capture({ event: "page viewed" });
 *     throw new TypeError(`No page for ${request.url}`);
 *   },
 * );
 *
 * const pending: Promise<unknown>[] = [];
 * const ctx = { waitUntil: (promise: Promise<unknown>) => void pending.push(promise) };
 * await assertRejects(() => handler(new Request("https://shop.example/"), {}, ctx), TypeError);
 * await Promise.all(pending);
 *
 * assertEquals(emulator.events.map(({ event }) => event), ["page viewed", "$exception"]);
 * ```
 */
export function withPostHog<
  Args extends readonly unknown[],
  Answer,
  Scope extends Pick<KernelScope, "flush"> = KernelScope,
>(
  posthog: {
    forRequest(
      request?: RequestLike,
      ctx?: ExecutionContextLike,
      init?: RequestScopeInit,
    ): Scope;
  },
  handler: (...args: [...args: Args, hog: Scope]) => MaybePromise<Answer>,
  options: WithPostHogOptions<Args, Answer, Scope> = {},
): (...args: Args) => Promise<Answer> {
  return async (...args) => {
    const ctx = findContext(args);
    const hog = posthog.forRequest(asRequest(args[0]), ctx);
    try {
      return await handler(...args, hog);
    } catch (error) {
      const { onError } = options;
      // A signal to the runtime or the framework is nobody's to answer.
      if (onError && !isControlFlow(error)) {
        return await answer(error, hog, () => onError(error, ...args, hog));
      }
      captureEscaped(hog, error, FETCH_HANDLER);
      throw error;
    } finally {
      // Never rejects, and nobody waits for it.
      if (!ctx) void hog.flush();
    }
  };
}

/** Has the application's hook answer, and captures the error as handled or, where the hook fails too, as not. */
async function answer<Answer>(
  error: unknown,
  hog: object,
  hook: () => MaybePromise<Answer>,
): Promise<Answer> {
  let given: Answer;
  try {
    given = await hook();
  } catch (second) {
    captureEscaped(hog, error, FETCH_HANDLER);
    if (second !== error) captureEscaped(hog, second, FETCH_HANDLER);
    throw second;
  }
  captureEscaped(hog, error, FETCH_ON_ERROR, readStatus(given));
  return given;
}

function readStatus(
  answer: unknown,
): { readonly "$response_status_code": number } | undefined {
  try {
    const status = isObject(answer) ? answer["status"] : undefined;
    return typeof status === "number"
      ? { "$response_status_code": status }
      : undefined;
  } catch {
    // Whatever it is, it is the application's answer.
    return undefined;
  }
}

/** Workers pass their context in third place, Vercel in second. */
function findContext(
  args: readonly unknown[],
): ExecutionContextLike | undefined {
  return [args[2], args[1]].find(hasWaitUntil);
}

function hasWaitUntil(value: unknown): value is ExecutionContextLike {
  try {
    return isObject(value) && typeof value["waitUntil"] === "function";
  } catch {
    // A binding of somebody's own that refuses to be asked: it is no context.
    return false;
  }
}

function asRequest(value: unknown): RequestLike | undefined {
  return isObject(value) ? value : undefined;
}
