// OpenFeature's client gives what the snapshot gives, for every row of the shared flag vectors.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { OpenFeature } from "@openfeature/server-sdk";
import { PostHogProvider } from "edgehog/openfeature";
import { syncHasher } from "edgehog/sync-hash";
import { createTestClient } from "edgehog/testing";

const [, , path] = process.argv;
let decided = 0;
let asked = 0;
const differences = [];

/** A client that decides by the text of a document, as it was written. */
function createVectorClient(line, now) {
  const body = /"definitions":(.*),"cases":\[/.exec(line)[1];
  return createTestClient({
    startMs: Date.parse(now),
    projectTimezone: "UTC",
    strictLocalEvaluation: true,
    sendFeatureFlagEvent: false,
    hasher: syncHasher,
    fetch: () =>
      Promise.resolve(
        new Response(body, { headers: { "Content-Type": "application/json" } }),
      ),
  });
}

function toContext(
  { distinctId, deviceId, personProperties, groups, groupProperties },
) {
  return {
    ...personProperties,
    ...(deviceId !== undefined && { $device_id: deviceId }),
    targetingKey: distinctId,
    ...(groups && { groups }),
    ...(groupProperties && { groupProperties }),
  };
}

async function compare(posthog, client, { id, flag, context, answer }) {
  const { personProperties, ...rest } = context;
  const flags = await posthog.evaluateFlags({
    ...rest,
    personProperties: {
      ...personProperties,
      ...(context.deviceId !== undefined && { $device_id: context.deviceId }),
    },
    flagKeys: [flag],
  });
  const of = toContext(context);
  const value = flags.getFlag(flag);
  const payload = flags.getFlagPayload(flag);
  const isObject = typeof payload === "object" && payload !== null;
  const details = await client.getBooleanDetails(flag, "none", of);
  const pairs = [
    [details.value, value === undefined ? "none" : value !== false],
    [
      await client.getStringValue(flag, "none", of),
      typeof value === "string" ? value : "none",
    ],
    [
      await client.getObjectValue(flag, "none", of),
      isObject ? payload : "none",
    ],
    [details.variant, typeof value === "string" ? value : undefined],
    [
      details.reason === "ERROR" || details.reason === "UNKNOWN",
      value === undefined,
    ],
  ];
  asked++;
  if (value !== undefined) decided++;
  // A row that the vectors leave to the server may be declined; one that is decided is decided as they say.
  if (value !== undefined) {
    pairs.push([value, answer === "inconclusive" ? value : answer]);
  }
  for (const [given, wanted] of pairs) {
    try {
      assert.deepEqual(given, wanted);
    } catch {
      differences.push(id);
    }
  }
}

for (const line of (await readFile(path, "utf8")).split("\n")) {
  if (!line.startsWith('{"id":')) continue;
  const document = JSON.parse(line.replace(/,$/, ""));
  const { posthog } = createVectorClient(line, document.now);
  await OpenFeature.setProviderAndWait(new PostHogProvider(posthog));
  const client = OpenFeature.getClient();
  for (const row of document.cases) await compare(posthog, client, row);
}

assert.deepEqual(differences, []);
console.log(`${asked} rows, ${decided} decided`);
