/** A source map, as far as it is looked at here. */
export interface InlineSourceMap {
  /** Relative to the checkout. */
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
}

/** Reads the map at the end of a bundle. */
export function readSourceMap(bundle: string): InlineSourceMap {
  const encoded = /\/\/# sourceMappingURL=data:[^,]*;base64,(\S+)\s*$/
    .exec(bundle)?.[1] ?? "";
  const bytes = Uint8Array.from(
    atob(encoded),
    (char) => char.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes));
}

/**
 * Reads the file that a stack frame names, where all code is one bundle: a frame names the bundle, under whatever name
 * the runtime has for it, or a source where the runtime follows the bundle's map.
 *
 * @param bundle The bundle's text, with an inline source map.
 */
export function createSourceReader(
  bundle: string,
): (filename: string) => string {
  const { sources, sourcesContent } = readSourceMap(bundle);
  return (filename) => {
    const index = sources.findIndex((source) => filename.endsWith(source));
    return sourcesContent[index] ?? bundle;
  };
}
