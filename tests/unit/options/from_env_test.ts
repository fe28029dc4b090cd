import { assertEquals } from "@std/assert";
import { fromEnv } from "../../../src/options/from_env.ts";

Deno.test("fromEnv() maps its names and leaves blank ones out (CAP-007)", () => {
  const env = {
    POSTHOG_API_KEY: "phc_x",
    POSTHOG_HOST: " https://eu.i.posthog.com ",
    POSTHOG_PERSONAL_API_KEY: "phx_1",
    POSTHOG_SECRET_KEY: "",
    POSTHOG_CAPTURE_MODE: "v1",
    OTHER: "ignored",
  };
  assertEquals(fromEnv(env) as unknown, {
    apiKey: "phc_x",
    host: "https://eu.i.posthog.com",
    personalApiKey: "phx_1",
    captureMode: "v1",
  });
});

Deno.test("fromEnv() reads nothing but its argument (CAP-007)", () => {
  const asked: string[] = [];
  const env = new Proxy<Record<string, string>>({}, {
    get(_target, name) {
      asked.push(String(name));
      return undefined;
    },
  });
  assertEquals(fromEnv(env), {});
  assertEquals(asked.length, 6);
});

Deno.test("fromEnv() prefers POSTHOG_PROJECT_TOKEN, and a blank one is none (UPS-165, R61)", () => {
  const POSTHOG_API_KEY = "phc_b";
  for (
    const [POSTHOG_PROJECT_TOKEN, apiKey] of [
      ["phc_a", "phc_a"],
      [" ", "phc_b"],
      [undefined, "phc_b"],
    ]
  ) {
    const given = { POSTHOG_PROJECT_TOKEN, POSTHOG_API_KEY };
    assertEquals(fromEnv(given).apiKey, apiKey);
    const turned = { POSTHOG_API_KEY, POSTHOG_PROJECT_TOKEN };
    assertEquals(fromEnv(turned).apiKey, apiKey);
  }
});

Deno.test("fromEnv() hands on POSTHOG_CAPTURE_MODE (UPS-006)", () => {
  for (const captureMode of ["v0", "v1"] as const) {
    assertEquals(fromEnv({ POSTHOG_CAPTURE_MODE: captureMode }), {
      captureMode,
    });
  }
});
