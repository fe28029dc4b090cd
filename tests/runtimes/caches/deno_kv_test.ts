import { assertEquals } from "@std/assert";
import { denoKvCache } from "edgehog/caches/deno-kv";
import { PROJECT, proveWarmStart } from "./_warm_start.ts";

Deno.test("denoKvCache() serves a cold start from a real Deno KV, through connections of its own", async (t) => {
  const path = await Deno.makeTempFile();
  const opened: Deno.Kv[] = [];
  const open = async () => {
    const kv = await Deno.openKv(path);
    opened.push(kv);
    return kv;
  };
  try {
    await proveWarmStart(t, () => denoKvCache(open), async () => {
      const kv = await open();
      await kv.delete(["edgehog", "flag_definitions", PROJECT, "lease"]);
    });
    assertEquals(opened.length, 5);
  } finally {
    for (const kv of opened) kv.close();
    await Deno.remove(path);
  }
});
