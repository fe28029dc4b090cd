import type { Bytes } from "./bytes.ts";
import { isObject } from "./guards.ts";

/** The part of a fetch function that edgehog uses. */
export type FetchLike = (input: string, init: FetchInit) => Promise<Response>;

/** What edgehog passes to `fetch`. Other members are unimplemented in some edge runtimes. */
export interface FetchInit {
  /** The HTTP method. */
  readonly method: string;
  /** The request's headers. */
  readonly headers: Record<string, string>;
  /** The request's body; absent on GET. */
  readonly body?: Bytes;
  /** Aborted at the attempt's deadline. */
  readonly signal: AbortSignal;
  /** Always `manual`: following a redirect would turn a POST into a bodiless GET. */
  readonly redirect: "manual";
  /** Keeps a framework from answering a GET out of its cache; of `edgehog/featureflip` alone, and never on Workers. */
  readonly cache?: "no-store";
}

/** Keeps the runtime alive for a promise after the response was sent. */
export type WaitUntil = (promise: Promise<unknown>) => void;

/** The execution context of a request, as Workers and Vercel hand it to a handler. */
export interface ExecutionContextLike {
  /** Extends the request's lifetime; called as a method of this object, never detached. */
  waitUntil?(promise: Promise<unknown>): void;
}

/** Whether the value keeps a runtime alive for promises; a binding of somebody's own that refuses to be asked does not. */
export function hasWaitUntil(value: unknown): value is ExecutionContextLike {
  try {
    return isObject(value) && typeof value["waitUntil"] === "function";
  } catch {
    return false;
  }
}

/** The part of a request that a scope reads: a `Request`, or an object like one. */
export interface RequestLike {
  /** The request's headers: a `Headers`, or a plain record. */
  readonly headers?:
    | Headers
    | Record<string, string | readonly string[] | undefined>
    | undefined;
  /** The request's URL. */
  readonly url?: string | undefined;
  /** The request's method. */
  readonly method?: string | undefined;
}

/** A value, or a promise of it. */
export type MaybePromise<T> = T | PromiseLike<T>;

/** What carries a value along with the work that it is given to, such as an `AsyncLocalStorage` of the application's. */
export interface ContextStorage {
  /** Runs `work`, and all that it starts, with `value` as the store. */
  run<T>(value: unknown, work: () => T): T;
  /** The value at hand. */
  getStore(): unknown;
}
