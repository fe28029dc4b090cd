import type { ExecutionContextLike, RequestScope } from "edgehog";

declare global {
  namespace App {
    interface Locals {
      /** The scope of the request. */
      posthog: RequestScope;
    }
    interface Platform {
      /** There with Cloudflare's adapter. */
      ctx?: ExecutionContextLike;
    }
  }
}
