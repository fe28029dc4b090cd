import { assert } from "@std/assert";
import type { EmulatorFlagDefinitions } from "edgehog/dev";
import type { ProjectServer } from "./_program.ts";
import type { Collector } from "./_servers.ts";

const all = (rolloutPercentage: number, variant?: string) => ({
  groups: [{
    rollout_percentage: rolloutPercentage,
    properties: [],
    ...(variant && { variant }),
  }],
});

/** The flags that the pages ask for. */
export const FLAGS: EmulatorFlagDefinitions = {
  flags: [
    { key: "new-nav", active: true, filters: all(100) },
    { key: "half", active: true, filters: all(50) },
    {
      key: "pricing",
      active: true,
      filters: {
        ...all(100),
        multivariate: {
          variants: [
            { key: "annual", rollout_percentage: 50 },
            { key: "monthly", rollout_percentage: 50 },
          ],
        },
        payloads: { annual: '{"price":120}', monthly: '{"price":12}' },
      },
    },
    // Nothing that a page asks for, and no definition decides it.
    {
      key: "pro-only",
      active: true,
      filters: {
        groups: [{
          rollout_percentage: 100,
          properties: [{
            key: "plan",
            value: "pro",
            operator: "exact",
            type: "person",
          }],
        }],
      },
    },
  ],
};

/** What the Flags SDK signs by. */
export const FLAGS_SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/** Who asks. */
export const HEADERS = { "x-posthog-distinct-id": "visitor-1" };

/** The variables of an application that talks to the collector. */
export function createEnv({ url }: Collector): Record<string, string> {
  return {
    POSTHOG_API_KEY: "phc_x",
    POSTHOG_PERSONAL_API_KEY: "phx_x",
    POSTHOG_HOST: url,
    FLAGS_SECRET,
  };
}

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

/** Asks, and follows nothing. Keeps no connection open, which would hold up the end of the server. */
export async function request(
  url: string,
  init: RequestInit = {},
): Promise<Answer> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(url, { redirect: "manual", ...init, client });
  return {
    status: response.status,
    location: response.headers.get("location") ?? "",
    text: await response.text(),
  };
}

/** Asks for a page, as somebody who is known unless the headers say otherwise. */
export async function get(
  { url }: ProjectServer,
  path: string,
  headers: Record<string, string> = HEADERS,
): Promise<Answer> {
  return await request(url + path, { headers });
}

/** What a page says of its flags: by the Flags SDK, and by a snapshot of its own. */
export interface FlagPage {
  readonly sdk: Record<string, unknown>;
  readonly own: Record<string, unknown>;
}

/** Reads what a page says of its flags. */
export async function readFlags(
  server: ProjectServer,
  user: string,
  query: string = "",
  headers: Record<string, string> = {},
): Promise<FlagPage> {
  const { text } = await get(server, `/flags${query}`, {
    "x-user": user,
    ...headers,
  });
  return JSON.parse(readJson(text));
}

/** The JSON that a page shows. */
export function readJson(page: string): string {
  const json = page.match(/<pre>(.*?)<\/pre>/)?.[1];
  assert(json, page);
  return json.replaceAll("&quot;", '"');
}
