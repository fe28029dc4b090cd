/** What a linter of workflows does not know: who may do what, and what stands before a release. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";

const read = (name) => parse(readFileSync(`${name}.yml`, "utf8"));
const ci = read("ci");
const release = read("release");
const jobs = [...Object.values(ci.jobs), ...Object.values(release.jobs)];
const commandsOf = (job) => (job.steps ?? []).map(({ run }) => run ?? "");

for (const workflow of [ci, release]) assert.deepEqual(workflow.permissions, {});

// Names of versions can be moved to other commits.
for (const { steps = [] } of jobs) {
  for (const { uses } of steps) {
    if (uses !== undefined) assert.match(uses, /^[\w/-]+@[0-9a-f]{40}$/);
  }
}

// What a pull request changed runs without a token that could write.
assert.deepEqual(Object.keys(ci.on), ["push", "pull_request", "workflow_call"]);
for (const job of Object.values(ci.jobs)) {
  assert.deepEqual(job.permissions, { contents: "read" });
}
assert.ok(commandsOf(ci.jobs.test).includes("bash .ci/run"));

assert.deepEqual(release.on, { push: { tags: ["v*"] } });
assert.equal(release.jobs.test.uses, "./.github/workflows/ci.yml");
assert.deepEqual(release.jobs.test.permissions, { contents: "read" });
for (const name of ["npm", "jsr"]) {
  const job = release.jobs[name];
  assert.equal(job.needs, "test");
  assert.equal(job.environment, name);
  assert.deepEqual(job.permissions, { contents: "read", "id-token": "write" });
  assert.ok(commandsOf(job).some((run) => run.includes("deno.json")));
}
const publish = commandsOf(release.jobs.npm).at(-1);
assert.match(publish, /^npm publish \.\/npm\/.* --provenance --access public$/);
assert.match(commandsOf(release.jobs.jsr).at(-1), /deno@[\d.]+ publish$/);
assert.ok(!JSON.stringify([ci, release]).includes("secrets."));
