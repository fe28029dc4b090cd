import type { KernelScope } from "../client/scope_types.ts";
import type { MaybePromise, RequestLike } from "../core/platform.ts";

/**
 * What takes part in each request that an adapter sees: one of its `plugins`, or a feature in the client's `use` that has
 * these members, too. One that throws or hangs is told of and skipped.
 */
export interface RequestPlugin<Scope = KernelScope> {
  /** For messages. */
  readonly name: string;
  /** Runs before the handler, and may fill the scope. The handler starts without it after 2 s. */
  onRequest?(hog: Scope, request: RequestLike): MaybePromise<void>;
  /**
   * Runs after the handler, unless that threw or gave no response. What it returns takes the place of the response, and
   * may differ from it in headers only. The response goes without it after 2 s.
   */
  onResponse?(
    hog: Scope,
    request: RequestLike,
    response: Response,
  ): MaybePromise<Response | void>;
}

/** What every adapter may be told. */
export interface AdapterOptions<Scope = KernelScope> {
  /** Run for each request, after those of the client's `use`; the last one first when they see the response. @default none */
  readonly plugins?: readonly RequestPlugin<Scope>[] | undefined;
}
