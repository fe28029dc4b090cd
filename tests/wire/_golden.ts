import { assertEquals } from "@std/assert";
import type { ReceivedRequest } from "edgehog/dev";

/**
 * Golden requests: fixed clock, ids and version, keys sorted, secrets masked. `deno task wire:update` rewrites them;
 * a difference is reviewed like a change of the API.
 */
const isUpdate = Deno.args.includes("--update");

const SECRETS = [
  ["phc_test", "<project token>"],
  ["phx_test", "<personal API key>"],
] as const;

/** Holds a request to the golden file of that name. */
export async function assertGolden(
  name: string,
  request: ReceivedRequest | undefined,
): Promise<void> {
  if (!request) throw new Error(`No request for ${name}`);
  const file = new URL(`./${name}.json`, import.meta.url);
  const actual = toGolden(request);
  if (isUpdate) await Deno.writeTextFile(file, actual);
  const expected = await Deno.readTextFile(file);
  // Lines, so that a difference shows as the lines that differ.
  assertEquals(actual.split("\n"), expected.split("\n"));
}

/** One request as a golden file has it; a compressed body is shown inflated, beside the header that says so. */
function toGolden({ method, url, headers, body }: ReceivedRequest): string {
  const { pathname, search } = new URL(url);
  const golden = { method, path: pathname + search, headers, body };
  const text = JSON.stringify(golden, (_key, value: unknown) => {
    const isPlain = typeof value === "object" && value !== null &&
      !Array.isArray(value);
    return isPlain
      ? Object.fromEntries(
        Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1),
      )
      : value;
  }, 2);
  const masked = SECRETS.reduce(
    (rest, [secret, mask]) => rest.replaceAll(secret, mask),
    text,
  );
  // Arrays in arrays open and close on one line: the deepest has 64 of them.
  return `${masked.replace(/(?<=\[)\s+(?=\[)|(?<=\])\s+(?=\])/g, "")}\n`;
}
