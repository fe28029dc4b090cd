import { attempt } from "../core/guards.ts";

/** What tells runtimes apart. */
interface Platform {
  readonly navigator?: { readonly userAgent?: string };
  readonly EdgeRuntime?: unknown;
  readonly process?: { readonly versions?: { readonly node?: string } };
}

/** Whether this is workerd, whose older compatibility dates throw on the `cache` of a request. The oldest have no navigator. */
export function isWorkers(): boolean {
  return "WebSocketPair" in globalThis ||
    (globalThis as Platform).navigator?.userAgent === "Cloudflare-Workers";
}

/** Whether the runtime lives on between requests, as far as it can be recognised: Deno, Bun and Node do. */
export function isLongLived(): boolean {
  const platform = globalThis as Platform;
  if (isWorkers() || typeof platform.EdgeRuntime === "string") return false;
  return /^(Deno|Bun|Node\.js)\b/.test(platform.navigator?.userAgent ?? "") ||
    // Node before 21 has no navigator. Deno and Bun have this too.
    attempt(() => platform.process?.versions?.node) !== undefined;
}
