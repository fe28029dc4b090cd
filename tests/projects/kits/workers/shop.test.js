import { exports } from "cloudflare:workers";
import { mockPostHog } from "edgehog/testing";
import { expect, test } from "vitest";
import { posthog } from "./shop.js";
import { testShop } from "./shop_suite.js";

testShop(test);

test("the Worker as it is called from outside has the client of the test", async () => {
  const kit = mockPostHog(posthog, { flags: { sale: true } });
  try {
    const response = await exports.default.fetch("https://shop.example/", {
      headers: { "X-POSTHOG-DISTINCT-ID": "visitor-1" },
    });
    expect(await response.text()).toBe("Sale: 0 % off");
    expect(kit.lastEvent("shop viewed")?.distinctId).toBe("visitor-1");
  } finally {
    kit.restore();
  }
});

test("it runs in workerd", () => {
  expect(navigator.userAgent).toBe("Cloudflare-Workers");
});
