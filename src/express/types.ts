import type { RequestScopeInit } from "../client/scope_types.ts";
import type { ScopeMaker } from "../client/with_posthog.ts";
import type { PostHogClient } from "../posthog/types.ts";

/**
 * What stands in `res.locals` of each request: a scope with the verbs of the client's features.
 *
 * @typeParam Client The client: a `PostHog`, unless it says otherwise, or `typeof posthog`.
 */
export interface PostHogLocals<
  Client extends ScopeMaker<unknown> = PostHogClient,
> {
  /** The scope of the request. */
  posthog: ReturnType<Client["forRequest"]>;
}

/** What is used of Express's request. */
export interface ExpressRequestLike {
  /** As the visitor asked for it, wherever the router is mounted. */
  readonly originalUrl: string;
  /** The HTTP method. */
  readonly method: string;
  /** The request's headers. */
  readonly headers: Record<string, string | string[] | undefined>;
  /** The visitor's address, as far as the setting `trust proxy` tells it. */
  readonly ip?: string | undefined;
  /** The route that ran last; absent before one did. */
  readonly route?: { readonly path?: unknown } | undefined;
}

/** What is used of Express's response. */
export interface ExpressResponseLike {
  /** Whether the visitor broke the request off. */
  readonly destroyed?: boolean;
  /** What belongs to this request. */
  readonly locals: Record<string, unknown>;
}

/** Hands the request on; with an error, to the next error handler. */
export type ExpressNext = (error?: unknown) => void;

/** A middleware, as Express wants it. */
export type ExpressMiddleware = (
  req: ExpressRequestLike,
  res: ExpressResponseLike,
  next: ExpressNext,
) => void;

/** An error handler, as Express tells it from a middleware: by its four parameters. */
export type ExpressErrorMiddleware = (
  error: unknown,
  req: ExpressRequestLike,
  res: ExpressResponseLike,
  next: ExpressNext,
) => void;

/** What is used of Express's application, or of a router. */
export interface ExpressAppLike {
  /** Mounts a middleware. */
  use(middleware: ExpressMiddleware | ExpressErrorMiddleware): unknown;
}

/** What {@linkcode setupExpressRequestContext} may be told. */
export interface ExpressOptions<Request = ExpressRequestLike> {
  /**
   * What the application knows of a request when it comes: the visitor's address as `{ ip: req.ip }`, where the setting
   * `trust proxy` is right; who asks, where that is known this early. What is known only later goes to the scope's
   * `setContext`.
   */
  readonly init?: ((req: Request) => RequestScopeInit | undefined) | undefined;
}
