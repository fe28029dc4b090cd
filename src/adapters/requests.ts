import { isResponse } from "../client/escaped.ts";
import { type FeatureHost, findPort } from "../client/host.ts";
import type { KernelScope, RequestScopeInit } from "../client/scope_types.ts";
import { runInScope } from "../client/verbs.ts";
import type { ScopeMaker } from "../client/with_posthog.ts";
import { runWithin, systemClock } from "../core/clock.ts";
import { CallbackError, ConfigError } from "../core/errors.ts";
import { isObject, readMembers } from "../core/guards.ts";
import { consoleLogger } from "../core/logger.ts";
import type {
  ExecutionContextLike,
  MaybePromise,
  RequestLike,
} from "../core/platform.ts";
import type { AdapterOptions, RequestPlugin } from "./plugins.ts";

/** How long a request waits for one plugin, in ms. */
const PLUGIN_TIMEOUT_MS = 2000;

/** What of a client its adapters use, beside its verbs. */
export interface AdapterHost extends FeatureHost {
  /** Keeps the runtime alive for a promise by the client's own `waitUntil`; false when the runtime refused. */
  keepAlive(promise: Promise<unknown>): boolean;
  /** What the application added to the kernel. */
  readonly features: { readonly list: readonly object[] };
}

/** What an adapter does for each request, whatever its framework is. */
export class Requests<Scope extends Pick<KernelScope, "flush">> {
  readonly #posthog: ScopeMaker<Scope>;
  readonly #plugins: readonly RequestPlugin<Scope>[];
  #isRefused = false;

  /** Looks at nothing yet. */
  constructor(posthog: ScopeMaker<Scope>, options: AdapterOptions<Scope>) {
    this.#posthog = posthog;
    // What is none of them has nothing to run, and must not break requests.
    this.#plugins = (readMembers(options.plugins) ?? [])
      .filter(isPlugin<Scope>);
  }

  /** What the client is made of; undefined for anything that is no client of this package. */
  get host(): AdapterHost | undefined {
    return findPort(this.#posthog, "delivery") as AdapterHost | undefined;
  }

  /** Opens the scope of a request with what the application's `init` says of it. */
  open(
    request: RequestLike | undefined,
    ctx: ExecutionContextLike | undefined,
    init: () => RequestScopeInit | undefined,
  ): Scope {
    let given: RequestScopeInit | undefined;
    try {
      given = init();
    } catch (cause) {
      this.#tell("Cannot use 'init': it failed", "init", cause);
    }
    return this.#posthog.forRequest(request, ctx, given);
  }

  /**
   * Runs what opens a scope. Where that throws, the application passed no client, or the framework is another: the request
   * goes on without a scope, which is told once.
   *
   * @param adapter The function that the application called.
   */
  openOrTell(
    adapter: string,
    open: () => Scope | undefined,
  ): Scope | undefined {
    try {
      return open();
    } catch {
      const message =
        `Cannot use '${adapter}': expected a client, and its own framework`;
      const { host } = this;
      if (this.#isRefused) return undefined;
      this.#isRefused = true;
      if (host) host.reporter.tell(new ConfigError(message, adapter), "error");
      else consoleLogger.error(message);
      return undefined;
    }
  }

  /** Runs a handler with its scope at hand, and the plugins around it. What it throws is thrown. */
  async run<Answer>(
    hog: Scope,
    request: RequestLike,
    handler: () => MaybePromise<Answer>,
  ): Promise<Answer> {
    const plugins = [...this.#clientPlugins, ...this.#plugins];
    for (const plugin of plugins) {
      await this.#contain(plugin, () => plugin.onRequest?.(hog, request));
    }
    let answer = await runInScope(hog, handler);
    for (const plugin of plugins.reverse()) {
      const response: unknown = answer;
      if (!isResponse(response)) break;
      const changed = await this.#contain(
        plugin,
        () => plugin.onResponse?.(hog, request, response),
      );
      // A response for a response.
      if (isResponse(changed)) answer = changed as Awaited<Answer>;
      else if (changed) this.#refuse(plugin, "answered with no response");
    }
    return answer;
  }

  /** Those of the client's features that are plugins as well. */
  get #clientPlugins(): readonly RequestPlugin<Scope>[] {
    const features = this.host?.features.list ?? [];
    return features.filter(isPlugin<Scope>).filter((plugin) =>
      plugin.onRequest ?? plugin.onResponse
    );
  }

  /** Waits for a plugin; undefined where that fails, which is told. */
  async #contain<Answer>(
    plugin: RequestPlugin<Scope>,
    call: () => MaybePromise<Answer>,
  ): Promise<Answer | undefined> {
    const result = await runWithin(
      this.host?.clock ?? systemClock,
      PLUGIN_TIMEOUT_MS,
      async () => await call(),
    );
    if (result.kind === "done") return result.value;
    if (result.kind === "failed") this.#refuse(plugin, "failed", result.cause);
    else this.#refuse(plugin, "took too long");
    return undefined;
  }

  #refuse({ name }: RequestPlugin<Scope>, what: string, cause?: unknown): void {
    this.#tell(`Skipped the plugin '${name}': it ${what}`, name, cause);
  }

  #tell(message: string, callback: string, cause: unknown): void {
    const error = new CallbackError(message, callback, cause);
    this.host?.reporter.tell(error, "warn", message);
  }
}

function isPlugin<Scope>(given: unknown): given is RequestPlugin<Scope> {
  return isObject(given);
}
