const PREFIXES: readonly string[] = Object.freeze([
  "Uncaught exception: ",
  "Uncaught ",
]);

const TYPES: readonly string[] = Object.freeze([
  "EvalError",
  "InternalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "Error",
]);

/** Reads the text of an error, such as a log line's: `Uncaught TypeError: x`. Without a known type it is all message. */
export function parseErrorText(
  text: string,
): { readonly type: string; readonly value: string } {
  const prefix = PREFIXES.find((prefix) => text.startsWith(prefix)) ?? "";
  const type = TYPES.find((type) =>
    text.startsWith(`${type}: `, prefix.length)
  );
  return type === undefined
    ? { type: "Error", value: text }
    : { type, value: text.slice(prefix.length + type.length + 2) };
}
