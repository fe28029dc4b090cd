declare namespace App {
  interface Locals {
    /** The scope of the request. */
    posthog: import("edgehog").RequestScope;
  }
}
