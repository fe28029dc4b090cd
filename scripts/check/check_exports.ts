import { existsSync } from "node:fs";
import config from "../../deno.json" with { type: "json" };
import { fromRoot } from "../../tests/_kit/paths.ts";
import { say } from "../../tests/_kit/run.ts";
import { ENTRIES, PACKAGE_NAME } from "./_entries.ts";
import { manifest } from "./build_npm.ts";

/** A first table cell that is one specifier in code quotes: "| `edgehog/dev` | …". */
const TABLE_ROW = /^\|\s*`(edgehog(?:\/[a-z0-9/-]+)?)`\s*\|/gm;

/** What of the entry points each table has: the specifier, and where it leads if the table says so. */
async function tables(): Promise<Map<string, readonly string[]>> {
  const page = await Deno.readTextFile(fromRoot("docs/entries.md"));
  const built = Object.keys(manifest().exports).filter((subpath) =>
    subpath !== "./package.json"
  );
  return new Map([
    ["deno.json imports", ownImports().map(([specifier]) => specifier)],
    [
      "npm exports",
      built.map((subpath) => subpath.replace(/^\./, PACKAGE_NAME)),
    ],
    [
      "docs/entries.md table",
      Array.from(page.matchAll(TABLE_ROW), ([, specifier = ""]) => specifier),
    ],
  ]);
}

function ownImports(): [string, string][] {
  return Object.entries(config.imports).filter(([name]) =>
    name === PACKAGE_NAME || name.startsWith(`${PACKAGE_NAME}/`)
  );
}

/** Compares every table with deno.json's `exports`. */
async function problems(): Promise<string[]> {
  const expected = ENTRIES.map(({ specifier }) => specifier).toSorted();
  const found: string[] = [];
  for (const [table, specifiers] of await tables()) {
    const missing = expected.filter((specifier) =>
      !specifiers.includes(specifier)
    );
    const extra = specifiers.filter((specifier) =>
      !expected.includes(specifier)
    );
    const twice = specifiers.filter((specifier, at) =>
      specifiers.indexOf(specifier) !== at
    );
    found.push(
      ...missing.map((specifier) => `${table}: "${specifier}" is missing`),
    );
    found.push(
      ...extra.map((specifier) => `${table}: "${specifier}" is no entry point`),
    );
    found.push(
      ...twice.map((specifier) =>
        `${table}: "${specifier}" stands there twice`
      ),
    );
  }
  for (const [specifier, target] of ownImports()) {
    const source = ENTRIES.find((entry) => entry.specifier === specifier)
      ?.source;
    if (source !== undefined && target !== `./${source}`) {
      found.push(
        `deno.json imports: "${specifier}" leads to ${target}, its export to ./${source}`,
      );
    }
  }
  for (const { specifier, source } of ENTRIES) {
    if (!existsSync(fromRoot(source))) {
      found.push(
        `deno.json exports: "${specifier}" leads to ${source}, which is not there`,
      );
    }
  }
  return found;
}

async function main(): Promise<number> {
  const found = await problems();
  for (const problem of found) say(problem);
  if (found.length === 0) {
    say(`${ENTRIES.length} entry points, the same in every table`);
  }
  return found.length === 0 ? 0 : 1;
}

if (import.meta.main) main().then(Deno.exit);
