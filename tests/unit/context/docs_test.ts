import { assert } from "@std/assert";
import { fromRoot } from "../../_kit/paths.ts";

const page = Deno.readTextFileSync(fromRoot("docs/scopes-and-identity.md"));
const words = page.replace(/\s+/g, " ");

Deno.test("the docs say that a tracing header is no authentication (CTX-019)", () => {
  assert(
    words.includes(
      "tracing header or cookie is a hint for analytics, never authentication",
    ),
  );
});

for (const file of ["src/context/types.ts", "src/client/scope_types.ts"]) {
  Deno.test(`${file} says it where the headers are read and written (CTX-019)`, () => {
    const text = Deno.readTextFileSync(fromRoot(file)).replace(
      /\s+\*?\s*/g,
      " ",
    );
    const mentions = text.split("`X-POSTHOG-DISTINCT-ID`").slice(1);
    assert(mentions.length > 0);
    for (const mention of mentions) {
      assert(/never authentication/i.test(mention.slice(0, 500)), mention);
    }
  });
}

Deno.test("the docs list the headers that a backend has to allow (CTX-052)", () => {
  const [line = ""] = page.match(/^Access-Control-Allow-Headers:.*$/m) ?? [];
  for (const name of ["DISTINCT", "SESSION", "WINDOW"]) {
    assert(line.includes(`X-POSTHOG-${name}-ID`), line);
  }
});
