import { assertEquals } from "@std/assert";
import { readText } from "../../../scripts/cli/text_file.ts";

Deno.test("readText() leaves out the mark that some editors put first", async () => {
  const path = new URL("bom.env", import.meta.url).pathname;
  const bytes = await Deno.readFile(path);
  assertEquals([...bytes.slice(0, 3)], [0xef, 0xbb, 0xbf]);
  assertEquals(readText(path), "POSTHOG_HOST=https://us.i.posthog.com\n");
});
