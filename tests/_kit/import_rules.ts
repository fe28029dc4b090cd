import type { SourceModule, SourceTree } from "./source_tree.ts";

/** Which rooms a room may import: names of rooms, or of parts of them (`delivery/http`, `flags/types`). */
export type ArrowTable = Readonly<Record<string, readonly string[]>>;

/** Imports that follow no line of the table. Within a room all is allowed, and every room may import `core`. */
export function strayArrows(
  { modules }: SourceTree,
  table: ArrowTable,
): string[] {
  return modules.flatMap(({ path, imports }) => {
    const room = roomOf(path, table);
    if (room === undefined) return [`${path} is in no room of the table`];
    return imports.flatMap(({ target }) =>
      target === undefined || mayImport(room, target, table) ? [] : [
        `${path} imports ${target}`,
      ]
    );
  });
}

function mayImport(room: string, target: string, table: ArrowTable): boolean {
  const other = roomOf(target, table);
  if (other === undefined) return false;
  if (other === room || other === "core") return true;
  // A part of a room stands for itself; a room does not stand for a smaller room within it.
  return (table[room] ?? []).some((name) =>
    name === other || (name.startsWith(`${other}/`) && isWithin(target, name))
  );
}

/** The innermost room that holds the module. */
function roomOf(path: string, table: ArrowTable): string | undefined {
  const rooms = Object.keys(table).filter((name) => isWithin(path, name));
  return rooms.sort((a, b) => b.length - a.length)[0];
}

/** Whether a name means this module or a directory above it. */
function isWithin(path: string, name: string): boolean {
  return path === `${name}.ts` || path === `src/${name}.ts` ||
    path.startsWith(`src/${name}/`);
}

/** Import cycles, each once, type-only imports included. */
export function importCycles({ modules }: SourceTree): string[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), path].join(" → "));
      return;
    }
    if (finished.has(path)) return;
    for (const { target } of byPath.get(path)?.imports ?? []) {
      if (target !== undefined && byPath.has(target)) {
        visit(target, [...trail, path]);
      }
    }
    finished.add(path);
  };
  for (const { path } of modules) visit(path, []);
  return cycles;
}

/** Imports of anything but the library's own files. */
export function foreignImports({ modules }: SourceTree): string[] {
  return modules.flatMap(({ path, imports }) =>
    imports.filter(({ target }) => target === undefined).map(({ specifier }) =>
      `${path} imports "${specifier}"`
    )
  );
}

/** Everything that a module leads to, itself included. */
export function reachableFrom(
  { modules }: SourceTree,
  entry: string,
): Set<string> {
  const byPath = new Map<string, SourceModule>(
    modules.map((module) => [module.path, module]),
  );
  const reached = new Set<string>();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    open.push(
      ...(byPath.get(path)?.imports ?? []).flatMap(({ target }) =>
        target ?? []
      ),
    );
  }
  return reached;
}
