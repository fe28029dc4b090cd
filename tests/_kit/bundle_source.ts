/**
 * Reads the file that a stack frame names, where all code is one bundle: a frame names the bundle, under whatever name
 * the runtime has for it, or a source where the runtime follows the bundle's map.
 *
 * @param bundle The bundle's text, with an inline source map.
 */
export function createSourceReader(
  bundle: string,
): (filename: string) => string {
  const encoded = /\/\/# sourceMappingURL=data:[^,]*;base64,(\S+)\s*$/
    .exec(bundle)?.[1] ?? "";
  const bytes = Uint8Array.from(
    atob(encoded),
    (char) => char.charCodeAt(0),
  );
  const { sources, sourcesContent }: {
    readonly sources: readonly string[];
    readonly sourcesContent: readonly string[];
  } = JSON.parse(new TextDecoder().decode(bytes));
  return (filename) => {
    const index = sources.findIndex((source) => filename.endsWith(source));
    return sourcesContent[index] ?? bundle;
  };
}
