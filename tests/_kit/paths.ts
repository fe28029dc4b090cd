import { fileURLToPath } from "node:url";

/** The checkout, with a slash at its end. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** A path from one relative to the checkout. */
export function fromRoot(path: string): string {
  return fileURLToPath(new URL(path, new URL("../../", import.meta.url)));
}
