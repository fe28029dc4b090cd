import { createSeededRandom } from "../../../src/testing/mod.ts";
import { PRODUCTS } from "../../../examples/cloudflare-worker/src/catalog.ts";

/** A request to come, with the events that its handler captures. */
export interface PlannedRequest {
  readonly user: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly events: readonly string[];
  /** The status that it is answered with; by default one that says that all went well. */
  readonly status?: number;
}

/** How often each page is asked for, in percent. */
const PAGES: readonly {
  readonly share: number;
  readonly plan: (user: string, n: number) => PlannedRequest;
}[] = [
  {
    share: 40,
    plan: (user) => ({
      user,
      method: "GET",
      path: "/",
      events: ["shop viewed"],
    }),
  },
  {
    share: 35,
    plan: (user, n) => ({
      user,
      method: "GET",
      path: `/product/${pickProduct(n)}`,
      events: ["product viewed"],
    }),
  },
  {
    share: 13,
    plan: (user, n) => ({
      user,
      method: "POST",
      path: "/checkout",
      body: { items: [pickProduct(n)] },
      events: ["checkout started", "order placed"],
    }),
  },
  {
    // Few: of one type of error ten are captured in a burst.
    share: 2,
    plan: (user) => ({
      user,
      method: "POST",
      path: "/checkout",
      body: { items: ["tortoise"] },
      events: ["checkout started", "$exception"],
      status: 500,
    }),
  },
  {
    share: 10,
    plan: (user) => ({
      user,
      method: "POST",
      path: "/login",
      body: { user, plan: "free" },
      events: ["$identify", "logged in"],
    }),
  },
];

/** Plans the visits of some users to the shop, the same ones each time. */
export function planVisits(
  requests: number,
  users: number,
): readonly PlannedRequest[] {
  const bytes = new Uint8Array(requests * 3);
  createSeededRandom(2026)(bytes);
  return Array.from({ length: requests }, (_, n) => {
    const [user = 0, page = 0, product = 0] = bytes.subarray(n * 3);
    return pickPage(page / 256 * 100)(`user-${1 + user % users}`, product);
  });
}

function pickPage(point: number): (user: string, n: number) => PlannedRequest {
  let end = 0;
  const page = PAGES.find(({ share }) => (end += share) > point) ?? PAGES[0];
  if (!page) throw new TypeError("Cannot plan a visit: there is no page");
  return page.plan;
}

function pickProduct(n: number): string {
  return PRODUCTS[n % PRODUCTS.length]?.id ?? "";
}
