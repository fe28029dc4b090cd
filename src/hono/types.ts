import type { AdapterOptions } from "../adapters/plugins.ts";
import type { KernelScope, RequestScopeInit } from "../client/scope_types.ts";
import type { ScopeMaker } from "../client/with_posthog.ts";
import type { ExecutionContextLike } from "../core/platform.ts";
import type { PostHogClient } from "../posthog/types.ts";

/**
 * The variable that the middleware sets, for the `Variables` of an application: `c.var.posthog` and `c.get("posthog")` have
 * the verbs of the client's features.
 *
 * @typeParam Client The client: a `PostHog`, unless it says otherwise, or `typeof posthog`.
 */
// No interface: those lack the index signature that Hono 3 asks for.
export type PostHogVariables<
  Client extends ScopeMaker<unknown> = PostHogClient,
> = {
  /** The scope of the request. */
  posthog: ReturnType<Client["forRequest"]>;
};

/** What the middleware uses of Hono's `Context`. */
export interface HonoContextLike {
  /** The request. */
  readonly req: {
    /** As the runtime gave it. */
    readonly raw: Request;
    /** The pattern of the route that ran last. */
    readonly routePath?: string;
  };
  /** The runtime's execution context; reading it throws where there is none. */
  readonly executionCtx: ExecutionContextLike;
  /** What a handler threw, once Hono has answered it. */
  readonly error: Error | undefined;
  /** The response; one that is set over another gets the headers of that, and undefined takes it away. */
  res: Response | undefined;
  /** Reads a variable. */
  readonly get: (name: "posthog") => unknown;
  /** Sets a variable. */
  readonly set: (name: "posthog", value: unknown) => void;
}

/** What {@linkcode posthogMiddleware} may be told. */
export interface HonoOptions<Scope = KernelScope, Context = HonoContextLike>
  extends AdapterOptions<Scope> {
  /**
   * What the application knows of a request when the middleware runs: above all who asks, as `distinctId`. What is known
   * only later goes to the scope's `setContext`.
   */
  readonly init?: ((c: Context) => RequestScopeInit | undefined) | undefined;
}

/** A context whose variable, where the application declares it, is no more than what is set. */
export interface DeclaredContext<Scope, Declared> {
  /** The variables that the application declares. */
  readonly var:
    & { readonly posthog?: Declared }
    & (Scope extends Declared ? unknown
      : "Declare PostHogVariables<typeof posthog>: this client has fewer features");
}

/** A middleware, as Hono wants it. */
export type HonoMiddleware<Scope = KernelScope, Context = HonoContextLike> = <
  Declared,
>(
  c: Context & DeclaredContext<Scope, Declared>,
  next: () => Promise<void>,
) => Promise<void>;
