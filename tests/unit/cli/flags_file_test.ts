import { assertEquals, assertThrows } from "@std/assert";
import { createPostHogEmulator } from "edgehog/dev";
import { parseFlags } from "../../../scripts/cli/flags_file.ts";

const ROW = { id: 1, key: "new-nav", active: true, filters: { groups: [{}] } };

Deno.test("parseFlags() takes PostHog's definitions, the rows alone, and the short form", async () => {
  const forms: readonly [unknown, unknown][] = [
    [{ flags: [ROW] }, true],
    [[ROW], true],
    [{ "new-nav": true }, true],
    [{ "new-nav": "second" }, "second"],
    [{ "new-nav": { value: "second", payload: { a: 1 } } }, "second"],
  ];
  for (const [form, value] of forms) {
    const emulator = createPostHogEmulator();
    emulator.setFlags(parseFlags(JSON.stringify(form)));
    const response = await emulator.fetch("http://localhost/flags/?v=4", {
      method: "POST",
      body: JSON.stringify({ token: "phc_x", distinct_id: "u" }),
    });
    const { flags } = await response.json();
    assertEquals(flags["new-nav"].value, value);
  }
});

Deno.test("parseFlags() says what is wrong", () => {
  const wrong: readonly [string, string][] = [
    ["{", "it is not JSON"],
    ["3", "expected an object of flags or a list of rows, got number"],
    ['{ "new-nav": 3 }', "the flag 'new-nav' is neither"],
    ['{ "new-nav": { "payload": 3 } }', "the flag 'new-nav' is neither"],
  ];
  for (const [text, message] of wrong) {
    assertThrows(() => parseFlags(text), Error, message);
  }
});
