import type { FeatureHost } from "../../client/host.ts";
import { type Countdown, countDown } from "../../core/clock.ts";
import { DEFAULT_INTERVAL_MS } from "../options.ts";
import type { DefinitionsFailure } from "./request.ts";

/** The longest wait that refusals alone lead to, in ms. */
const MAX_BACKOFF_MS = 10 * 60 * 1000;

/** A longer `Retry-After` is taken for a mistake. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** Statuses that will not go away by asking again soon: each further refusal doubles the wait. */
const REFUSALS: readonly number[] = [401, 402, 403, 429];

/** How long the next load has to wait after those that brought nothing, and what was said about them. */
export class Backoff {
  readonly #host: Pick<FeatureHost, "clock" | "reporter">;
  readonly #intervalMs: number;
  readonly #onceKeys = new Set<string>();
  #refusals = 0;
  #wait: Countdown | undefined;

  /** No load has failed yet; usually the wait is `intervalMs`, where that ends. */
  constructor(
    host: Pick<FeatureHost, "clock" | "reporter">,
    intervalMs: number,
  ) {
    this.#host = host;
    this.#intervalMs = intervalMs < Infinity ? intervalMs : DEFAULT_INTERVAL_MS;
  }

  /** Whether the next load has to wait still. */
  get isOn(): boolean {
    return !!this.#wait?.();
  }

  /** Whether PostHog refused, so that asking again at once is of no use. */
  get isRefused(): boolean {
    return this.#refusals > 0;
  }

  /** A load brought definitions, or that they are current: the next outage is reported anew. */
  end(): void {
    this.#refusals = 0;
    this.#wait = undefined;
    for (const onceKey of this.#onceKeys) this.#host.reporter.rearm(onceKey);
    this.#onceKeys.clear();
  }

  /** A load brought nothing: the next one has to wait. */
  begin(atLeastMs = 0, atMostMs: number = Infinity): void {
    const wishMs = Math.max(this.#intervalMs, atLeastMs);
    this.#wait = countDown(this.#host.clock, Math.min(wishMs, atMostMs));
  }

  /** A request failed: it is reported, unless `isSilent` only to `onError`, and the next one has to wait. */
  fail(
    { error, retryAfterMs = 0 }: DefinitionsFailure,
    isSilent: boolean,
  ): void {
    const { code, message, status } = error;
    const isRefusal = REFUSALS.includes(status);
    // An unreadable document leaves the count of refusals alone; everything else ends their row.
    if (isRefusal) this.#refusals++;
    else if (code !== "unreadable") this.#refusals = 0;
    const doubled = isRefusal ? this.#intervalMs * 2 ** this.#refusals : 0;
    this.begin(
      Math.max(
        Math.min(doubled, MAX_BACKOFF_MS),
        Math.min(retryAfterMs, MAX_RETRY_AFTER_MS),
      ),
    );
    if (isSilent) return this.#host.reporter.tell(error, "debug");
    const isDenied = status === 401 || status === 403;
    const isOverLimit = status === 402;
    const onceKey = `flags:definitions:${
      isDenied || isOverLimit ? status : "outage"
    }`;
    this.#onceKeys.add(onceKey);
    const hint = isDenied
      ? "; 'secretKey' or 'personalApiKey' is wrong, lacks the scope feature_flag:read, or is of another project or region"
      : isOverLimit
      ? ": the project is over its billing limits"
      : "";
    this.#host.reporter.tell(
      error,
      isDenied ? "error" : "warn",
      onceKey,
      `${message}${hint} (definitions at hand are kept)`,
    );
  }
}
