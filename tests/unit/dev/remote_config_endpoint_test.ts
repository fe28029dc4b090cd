import { assertEquals } from "@std/assert";
import type { JsonValue } from "../../../src/core/json.ts";
import { createPostHogEmulator } from "../../../src/dev/mod.ts";
import type {
  EmulatorFetch,
  EmulatorFlagDefinitions,
} from "../../../src/dev/types.ts";

/** A remote config flag; `change` replaces members. */
function row(
  id: number,
  key: string,
  payload: JsonValue | undefined,
  change: Record<string, JsonValue> = {},
): object {
  const payloads = payload === undefined ? {} : { true: payload };
  return {
    id,
    key,
    active: true,
    "is_remote_configuration": true,
    filters: { groups: [{ "rollout_percentage": 100 }], payloads },
    ...change,
  };
}

const TEXT = '{"text":"Hello"}';

const FLAGS: EmulatorFlagDefinitions = {
  flags: [
    row(1, "banner", TEXT),
    row(2, "plain", TEXT, { "is_remote_configuration": false }),
    row(3, "secret", TEXT, { "has_encrypted_payloads": true }),
    row(4, "off", TEXT, { active: false }),
    row(5, "deleted", TEXT, { deleted: true }),
    row(6, "a/b ü", TEXT),
    row(7, "1", '"by key"'),
    row(8, "twice", '"first"'),
    row(9, "twice", '"second"'),
    row(10, "odd", TEXT, { filters: null }),
    row(20, "missing", undefined),
    row(21, "null", null),
    row(22, "empty", ""),
    row(23, "zero", 0),
    row(24, "false", false),
    row(25, "no-items", []),
    row(26, "no-members", {}),
    row(27, "false-text", "false"),
    row(28, "object", { a: 1 }),
  ],
};

async function get(
  fetch: EmulatorFetch,
  path: string,
  authorization: string | undefined = "Bearer phx_test",
  query = "?token=phc_test",
): Promise<readonly [status: number, text: string]> {
  const response = await fetch(
    `http://localhost/api/projects/@current/feature_flags/${path}${query}`,
    { headers: authorization === "" ? {} : { authorization } },
  );
  return [response.status, await response.text()];
}

const ANSWERS: readonly (readonly [
  name: string,
  key: string,
  status: number,
  text: string,
])[] = [
  ["the payload as JSON text in a string", "banner", 200, JSON.stringify(TEXT)],
  ["a payload that is no text as JSON", "object", 200, '{"a":1}'],
  ["a payload that says false", "false-text", 200, '"false"'],
  ["an inactive flag", "off", 200, JSON.stringify(TEXT)],
  ["an encoded key", "a%2Fb%20%C3%BC", 200, JSON.stringify(TEXT)],
  ["digits as an id", "1", 200, JSON.stringify(TEXT)],
  ["the last of two rows", "twice", 200, '"\\"second\\""'],
  ["an encrypted payload", "secret", 200, JSON.stringify(TEXT)],
  ["no bytes without a payload", "missing", 200, ""],
  ["no bytes without filters", "odd", 200, ""],
  ["no bytes for null", "null", 200, ""],
  ["no bytes for an empty text", "empty", 200, ""],
  ["no bytes for zero", "zero", 200, ""],
  ["no bytes for false", "false", 200, ""],
  ["no bytes for an empty array", "no-items", 200, ""],
  ["no bytes for an empty object", "no-members", 200, ""],
  ["404 for a flag that is no remote config", "plain", 404, ""],
  ["404 for a deleted flag", "deleted", 404, ""],
  ["404 for an unknown key", "unknown", 404, ""],
  ["404 for an unknown id", "99", 404, ""],
  ["404 for a name of Object.prototype", "constructor", 404, ""],
  ["404 for broken encoding", "%E0", 404, ""],
];

for (const [name, key, status, text] of ANSWERS) {
  Deno.test(`the emulator's remote config: ${name}`, async () => {
    const { fetch } = createPostHogEmulator({ flags: FLAGS });
    assertEquals(await get(fetch, `${key}/remote_config`), [status, text]);
  });
}

Deno.test("the emulator's remote config shows a project's secret key a marker for what is encrypted", async () => {
  const { fetch } = createPostHogEmulator({ flags: FLAGS });
  const ask = (key: string) =>
    get(fetch, `${key}/remote_config`, "Bearer phs_test");
  assertEquals(await ask("secret"), [200, '"\\"********* (encrypted)\\""']);
  assertEquals(await ask("banner"), [200, JSON.stringify(TEXT)]);
});

const REFUSED: readonly (readonly [
  name: string,
  authorization: string,
  query?: string,
])[] = [
  ["no key", ""],
  ["a wrong key", "Bearer phx_wrong"],
  ["no token", "Bearer phx_right", ""],
  ["a secret as token", "Bearer phx_right", "?token=phx_right"],
];

for (const [name, authorization, query] of REFUSED) {
  Deno.test(`the emulator's remote config is refused: ${name}`, async () => {
    const { fetch } = createPostHogEmulator({
      flags: FLAGS,
      secretKey: "phx_right",
    });
    const [status, text] = await get(
      fetch,
      "banner/remote_config",
      authorization,
      query,
    );
    assertEquals([status, JSON.parse(text).type], [
      401,
      "authentication_error",
    ]);
    const right = await get(fetch, "banner/remote_config", "Bearer phx_right");
    assertEquals(right[0], 200);
  });
}

Deno.test("the emulator knows remote config by its whole path, for GET alone", async () => {
  const { fetch } = createPostHogEmulator({ flags: FLAGS });
  const paths = ["banner", "banner/remote_config/x", "/remote_config"];
  for (const path of [...paths, "a/b%20%C3%BC/remote_config"]) {
    const [status, text] = await get(fetch, path);
    assertEquals([status, text && JSON.parse(text).code], [404, "not_found"]);
  }
  assertEquals((await get(fetch, "banner/remote_config/"))[0], 200);
  for (const [project, expected] of [["42", 401], ["other", 404]] as const) {
    const { status } = await fetch(
      `http://localhost/api/projects/${project}/feature_flags/banner/remote_config`,
    );
    assertEquals(status, expected);
  }
  const posted = await fetch(
    "http://localhost/api/projects/@current/feature_flags/banner/remote_config",
    { method: "POST" },
  );
  assertEquals([posted.status, (await posted.json()).code], [404, "not_found"]);
});

Deno.test("faults hit the emulator's remote config, planned ones by its path", async () => {
  const { fetch, failNext, setFaultPolicy } = createPostHogEmulator({
    flags: FLAGS,
  });
  const ask = async (key: string) =>
    (await get(fetch, `${key}/remote_config`))[0];
  failNext({
    path: "/api/projects/@current/feature_flags/banner/remote_config",
    status: 503,
  });
  assertEquals([await ask("object"), await ask("banner")], [200, 503]);
  setFaultPolicy(({ path }) =>
    path.endsWith("/remote_config") ? { status: 500 } : undefined
  );
  assertEquals(await ask("banner"), 500);
});
