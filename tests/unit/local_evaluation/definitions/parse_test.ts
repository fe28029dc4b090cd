// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import type { FlagDefinitionCacheData } from "edgehog";
import {
  copyEntry,
  toCacheData,
} from "../../../../src/local_evaluation/definitions/cache_data.ts";
import {
  readFlagDefinitions,
  readSwitches,
} from "../../../../src/local_evaluation/evaluation/definitions.ts";
import {
  createHarness,
  definitionsOf,
  evaluateOne,
} from "../../flags/_helpers.ts";

Deno.test("readFlagDefinitions() refuses what has no array of flags (FLG-001)", () => {
  for (
    const json of [undefined, null, 1, "x", [], {}, { flags: {} }, {
      flags: null,
    }]
  ) {
    assertEquals(readFlagDefinitions(json), undefined);
  }
  assertEquals(readFlagDefinitions({ flags: [] })?.flags.size, 0);
});

Deno.test("readFlagDefinitions() skips unusable rows and keeps the rest (FLG-002)", () => {
  const rows = [{ key: 1 }, null, "row", { key: "gone", deleted: true }, {
    key: "a",
    id: 1,
  }, { key: "a", id: 2 }];
  const definitions = readFlagDefinitions({ flags: rows });
  assertEquals([...definitions?.flags.keys() ?? []], ["a"]);
  assertEquals(definitions?.flags.get("a")?.id, 2);
  assertEquals(definitions?.skipped.length, 4);
});

Deno.test("readFlagDefinitions() reads both spellings of the document's fields (FLG-034)", async () => {
  const wire = {
    "group_type_mapping": { "0": "company" },
    "minimal_flag_called_events": true,
    "property_matching_version": 2,
  };
  const cached = {
    groupTypeMapping: { "0": "company" },
    minimalFlagCalledEvents: true,
    propertyMatchingVersion: 2,
  };
  for (const fields of [wire, cached]) {
    const groups = [{ "aggregation_group_type_index": 0, properties: [] }];
    const row = { key: "a", active: true, filters: { groups } };
    const definitions = readFlagDefinitions({ flags: [row], ...fields });
    const call = { groups: { company: "acme" } };
    const outcome = definitions && await evaluateOne(definitions, "a", call);
    assertEquals(outcome?.kind === "value" && outcome.value, true);
    assertEquals(definitions?.minimalFlagCalledEvents, true);
    assertEquals(readSwitches(fields).propertyMatchingVersion, 2);
  }
});

Deno.test("readFlagDefinitions() takes only true and the number 2 for gate and version (FLG-005, FLG-034)", () => {
  for (
    const [gate, version] of [["true", "2"], [1, 3], [undefined, undefined], [
      null,
      null,
    ]]
  ) {
    const fields = {
      flags: [],
      "minimal_flag_called_events": gate,
      "property_matching_version": version,
    };
    const definitions = readFlagDefinitions(fields);
    assertEquals(definitions?.minimalFlagCalledEvents, false);
    assertEquals(readSwitches(fields).propertyMatchingVersion, 1);
  }
});

Deno.test("readFlagDefinitions() leaves its input alone", () => {
  const document = {
    flags: [{
      key: "a",
      filters: { groups: [{ properties: [{ key: "p", value: [1] }] }] },
    }],
  };
  const before = structuredClone(document);
  readFlagDefinitions(document)?.flags.select(undefined);
  assertEquals(document, before);
});

Deno.test("toCacheData() keeps rows and unknown fields through a round trip, in both spellings (FLG-035, UPS-145)", () => {
  const row = {
    key: "a",
    novel: { x: 1 },
    filters: {
      holdout: { id: 1, "exclusion_percentage": 5 },
      "early_exit": true,
    },
  };
  const document = {
    flags: [row, "no row"],
    "group_type_mapping": { "0": "company" },
    cohorts: { "7": { type: "AND", values: [] } },
    "property_matching_version": 2,
    novel: ["kept"],
  };
  const data = toCacheData(document, { etag: 'W/"1"', fetchedAt: 5 });
  assertEquals(
    data,
    {
      flags: [row],
      groupTypeMapping: { "0": "company" },
      "group_type_mapping": { "0": "company" },
      cohorts: { "7": { type: "AND", values: [] } },
      minimalFlagCalledEvents: false,
      "minimal_flag_called_events": false,
      propertyMatchingVersion: 2,
      "property_matching_version": 2,
      novel: ["kept"],
      etag: 'W/"1"',
      fetchedAt: 5,
    } as typeof data,
  );
  const again = toCacheData(JSON.parse(JSON.stringify(data)), {
    etag: undefined,
    fetchedAt: undefined,
  });
  assertEquals(again, data);
});

Deno.test("R73: an entry that a cache is given can be read in either spelling (UPS-145)", async () => {
  const entries: FlagDefinitionCacheData[] = [];
  const harness = createHarness({
    cache: {
      getFlagDefinitions: () => undefined,
      shouldFetchFlagDefinitions: () => true,
      onFlagDefinitionsReceived: (data) => void entries.push(data),
      shutdown() {},
    },
    definitions: [definitionsOf([], {
      "group_type_mapping": { "0": "company" },
      "minimal_flag_called_events": true,
      "property_matching_version": 2,
    })],
  });
  await harness.reloadFeatureFlags();
  const entry = { ...entries[0] };
  assertEquals(
    [
      entry.group_type_mapping,
      entry.minimal_flag_called_events,
      entry.property_matching_version,
    ],
    [{ "0": "company" }, true, 2],
  );
  assertEquals(
    [
      entry.groupTypeMapping,
      entry.minimalFlagCalledEvents,
      entry.propertyMatchingVersion,
    ],
    [{ "0": "company" }, true, 2],
  );
});

Deno.test("Of an entry in both spellings PostHog's wins, and what is not known is out of the way (UPS-144)", async () => {
  const groups = [{ "aggregation_group_type_index": 0, properties: [] }];
  const row = {
    key: "a",
    active: true,
    novel: [1],
    filters: { groups, novel: {} },
  };
  const entry = {
    flags: [row],
    cohorts: {},
    "group_type_mapping": { "0": "company" },
    groupTypeMapping: { "0": "team" },
    "minimal_flag_called_events": true,
    minimalFlagCalledEvents: false,
    "property_matching_version": 2,
    propertyMatchingVersion: 1,
    novel: { rules: [] },
  };
  const definitions = readFlagDefinitions(copyEntry(entry));
  assertEquals(definitions?.minimalFlagCalledEvents, true);
  assertEquals(readSwitches(entry).propertyMatchingVersion, 2);
  const call = { groups: { company: "acme" } };
  const outcome = definitions && await evaluateOne(definitions, "a", call);
  assertEquals(outcome?.kind === "value" && outcome.value, true);
});
