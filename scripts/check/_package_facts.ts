import config from "../../deno.json" with { type: "json" };
import { ENTRIES } from "./_entries.ts";

/** What of a packed package's manifest is looked at; the rest is as npm has it. */
export interface PackedManifest {
  readonly version?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly engines?: { readonly node?: string };
  readonly repository?: { readonly url?: string };
  readonly publishConfig?: { readonly provenance?: boolean };
  readonly files?: readonly string[];
  readonly main?: string;
  readonly module?: string;
  readonly types?: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly typesVersions?: Readonly<
    Record<string, Readonly<Record<string, readonly string[]>>>
  >;
  readonly [key: string]: unknown;
}

/** Members that would bring something along, or run something where the package is installed. */
const UNWANTED = [
  "dependencies",
  "peerDependencies",
  "optionalDependencies",
  "bundleDependencies",
  "scripts",
  "private",
];

/**
 * What a registry, a resolver or a compiler would stumble over.
 *
 * @param files What is in the package, relative to it.
 */
export function findManifestProblems(
  manifest: PackedManifest,
  files: ReadonlySet<string>,
): string[] {
  const facts: Readonly<Record<string, boolean>> = {
    "version is deno.json's": manifest.version === config.version,
    "license is deno.json's": manifest.license === config.license,
    "type is module": manifest.type === "module",
    "sideEffects is false": manifest.sideEffects === false,
    "engines has a floor for Node": /^>=\d/.test(manifest.engines?.node ?? ""),
    "repository is where provenance can come from":
      /^git\+https:\/\/github\.com\/[\w-]+\/[\w-]+\.git$/
        .test(manifest.repository?.url ?? ""),
    "publishConfig asks for provenance":
      manifest.publishConfig?.provenance === true,
    "files is there": (manifest.files?.length ?? 0) > 0,
  };
  return [
    ...Object.keys(facts).filter((fact) => !facts[fact]),
    ...UNWANTED.filter((key) => key in manifest).map((key) => `no ${key}`),
    ...Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) =>
      findConditionProblems(subpath, target)
    ),
    ...findOlderTypesProblems(manifest),
    ...listTargets(manifest).filter((path) => !files.has(path))
      .map((path) => `${path} is in the package`),
  ];
}

/** Compilers take the first condition that they know, so declarations stand first. */
function findConditionProblems(where: string, target: unknown): string[] {
  if (typeof target !== "object" || target === null) return [];
  const keys = Object.keys(target);
  const isLeaf = Object.values(target).every((it) => typeof it === "string");
  return [
    ...(isLeaf && keys[0] !== "types" ? [`exports ${where}: types first`] : []),
    ...(keys.at(-1) === "default" ? [] : [`exports ${where}: default last`]),
    ...Object.entries(target).flatMap(([key, nested]) =>
      findConditionProblems(`${where} ${key}`, nested)
    ),
  ];
}

/** The old resolution knows no exports: each entry but the first is found by `typesVersions` alone. */
function findOlderTypesProblems({ typesVersions }: PackedManifest): string[] {
  const known = Object.keys(typesVersions?.["*"] ?? {});
  return ENTRIES.map(({ subpath }) => subpath.slice(2))
    .filter((name) => name !== "" && !known.includes(name))
    .map((name) => `typesVersions has ${name}`);
}

/** Every file that the manifest leads to. */
function listTargets(manifest: PackedManifest): string[] {
  const { main, module, types, bin, exports, typesVersions } = manifest;
  return listTexts([main, module, types, bin, exports, typesVersions])
    .map((path) => path.replace(/^\.\//, ""));
}

function listTexts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(listTexts);
}

/** One line for a file of both builds, and one for all chunks: their names are hashes of what is in them. */
export function foldFiles(files: readonly string[]): string[] {
  const masked = files.map((file) =>
    file.replace(/chunks\/(.+)-[A-Z0-9]{8}\./, "chunks/$1-*.")
  );
  const all = new Set(masked);
  const lines = masked.map((file) => {
    const path = /^dist\/(?:cjs\/)?(.+)$/.exec(file)?.[1];
    const isInBoth = all.has(`dist/${path}`) && all.has(`dist/cjs/${path}`);
    return isInBoth ? `dist{,/cjs}/${path}` : file;
  });
  return [...new Set(lines)].toSorted();
}
