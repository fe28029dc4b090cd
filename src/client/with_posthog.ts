import { isObject } from "../core/guards.ts";
import {
  type ExecutionContextLike,
  hasWaitUntil,
  type MaybePromise,
  type RequestLike,
} from "../core/platform.ts";
import {
  captureEscaped,
  FETCH_HANDLER,
  FETCH_ON_ERROR,
  isControlFlow,
} from "./escaped.ts";
import type { KernelScope, RequestScopeInit } from "./scope_types.ts";
import { runInScope } from "./verbs.ts";

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

/** What makes scopes: a client. */
export interface ScopeMaker<Scope> {
  /** See `forRequest` of a client. */
  forRequest(
    request?: RequestLike,
    ctx?: ExecutionContextLike,
    init?: RequestScopeInit,
  ): Scope;
}

/** Stands for an argument that a handler does not declare. */
export interface Undeclared {
  /** Never there. */
  readonly "~undeclared"?: never;
}

/** A handler of up to three arguments of the runtime's, and the scope after them. */
export type ScopedHandler<First, Second, Third, Scope, Answer> = (
  first: First,
  second: Second,
  third: Third,
  hog: Scope,
) => MaybePromise<Answer>;

/** What of a handler's arguments the runtime passes: all but the scope, which has a `flush` and a `capture`. */
export type RuntimeArguments<First, Second, Third> = [Third] extends
  [Pick<KernelScope, "flush" | "capture">]
  ? [Second] extends [Undeclared] ? Undeclared extends Second ? [first: First]
    : [first: First, second: Second]
  : [first: First, second: Second]
  : [first: First, second: Second, third: Third];

/** A wrapped handler. A scope in second place is refused: runtimes pass more than the request. */
export type WrappedHandler<First, Second, Third, Answer> = [Second] extends
  [Pick<KernelScope, "flush" | "capture">]
  ? "Declare every argument that the runtime passes before the scope"
  : (...args: RuntimeArguments<First, Second, Third>) => Promise<Answer>;

type AnyHandler = (...args: never[]) => unknown;

type AnyOptions = WithPostHogOptions<
  readonly unknown[],
  unknown,
  Pick<KernelScope, "flush">
>;

/**
 * Wraps a fetch handler of any runtime: it gets the runtime's own arguments, and after them the request's scope. An
 * error that escapes it is captured, if the client tracks errors, and thrown on as it is. Responses are handed through
 * untouched.
 *
 * Events leave under the `waitUntil` of the third or second argument; where neither has one, a flush is started when the
 * response is made, and the response does not wait for it. A handler that wants the scope declares every argument that
 * the runtime passes: the scope comes after the last. One that does not may declare as many as it likes.
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
  posthog: ScopeMaker<Scope>,
  handler: number extends Args["length"] ? never
    : Args extends readonly [unknown?] ? never
    : (...args: [...args: Args, hog: Scope]) => MaybePromise<Answer>,
  options?: WithPostHogOptions<Args, Answer, Scope>,
): (...args: Args) => Promise<Answer>;
/** The same for a handler that says itself what it gets. */
export function withPostHog<
  Answer,
  Scope extends Pick<KernelScope, "flush">,
  First,
  Second = Undeclared,
  Third = Scope,
>(
  posthog: ScopeMaker<Scope>,
  handler: ScopedHandler<First, Second, Third, Scope, Answer>,
  options?: WithPostHogOptions<
    RuntimeArguments<First, Second, Third>,
    Answer,
    Scope
  >,
): WrappedHandler<First, Second, Third, Answer>;
/** The same for an object whose method `fetch` is the handler; its other own members stay as they are. */
export function withPostHog<
  Rest extends object,
  Answer,
  Scope extends Pick<KernelScope, "flush">,
  First,
  Second = Undeclared,
  Third = Scope,
>(
  posthog: ScopeMaker<Scope>,
  handler: Rest & {
    fetch: ScopedHandler<First, Second, Third, Scope, Answer>;
  },
  options?: WithPostHogOptions<
    RuntimeArguments<First, Second, Third>,
    Answer,
    Scope
  >,
): Omit<Rest, "fetch"> & {
  fetch: WrappedHandler<First, Second, Third, Answer>;
};
export function withPostHog(
  posthog: ScopeMaker<Pick<KernelScope, "flush">>,
  given: unknown,
  options: unknown,
): unknown {
  const settings = options as AnyOptions | undefined;
  if (typeof given === "function") {
    return wrap(posthog, given as AnyHandler, settings);
  }
  const handler = given as { readonly fetch: AnyHandler };
  const run: AnyHandler = (...args) =>
    Reflect.apply(handler.fetch, handler, args);
  return { ...handler, fetch: wrap(posthog, run, settings) };
}

function wrap(
  posthog: ScopeMaker<Pick<KernelScope, "flush">>,
  handler: AnyHandler,
  options: AnyOptions = {},
): (...args: readonly unknown[]) => Promise<unknown> {
  return async (...args) => {
    const ctx = findContext(args);
    const hog = posthog.forRequest(asRequest(args[0]), ctx);
    try {
      return await runInScope(
        hog,
        () => handler(...[...args, hog] as never[]),
      );
    } catch (error) {
      const { onError } = options;
      // A signal to the runtime or the framework is nobody's to answer.
      if (onError && !isControlFlow(error)) {
        const hook = () => onError(error, ...args, hog);
        return await answer(error, hog, () => runInScope(hog, hook));
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

function asRequest(value: unknown): RequestLike | undefined {
  return isObject(value) ? value : undefined;
}
