/**
 * Finds how deep references nest: 0 for what refers to nothing, else one more than the deepest reference. What leads
 * into a loop, or nests deeper than `maxDepth`, has no depth and is left out, wherever one begins to look, which
 * is why the loops are found here and not during an evaluation. References to nothing known count for nothing. The
 * result is in order of depth.
 */
export function measureDepths(
  references: ReadonlyMap<string, readonly string[]>,
  maxDepth: number,
): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  const open = new Map(references);
  for (let depth = 0; depth <= maxDepth; depth++) {
    const settled = [...open].filter(([, targets]) =>
      !targets.some((target) => open.has(target))
    );
    if (settled.length === 0) break;
    for (const [key] of settled) {
      open.delete(key);
      depths.set(key, depth);
    }
  }
  return depths;
}
