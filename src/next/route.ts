import { attempt, isObject } from "../core/guards.ts";
import { parseUrl } from "../core/url.ts";

/**
 * The pattern of a route, such as `/orders/[id]`: a request's path without the values that Next.js found in it. A route
 * handler is told these alone; undefined where they stand in several places, or in none.
 *
 * @param context The handler's second argument.
 */
export async function findRoute(
  request: unknown,
  context: unknown,
): Promise<string | undefined> {
  try {
    const params: unknown = await Object(context).params;
    if (!isObject(params)) return undefined;
    let path = `${decode(parseUrl(Object(request).url)?.pathname)}/`;
    for (const [name, value] of Object.entries(params)) {
      const needle = `/${[value].flat().map(decode).join("/")}/`;
      const [before = "", after, ...others] = path.split(needle);
      if (after === undefined || others.length > 0) return undefined;
      const rest = Array.isArray(value) ? "..." : "";
      path = `${before}/[${rest}${name}]/${after}`;
    }
    return path.slice(0, -1);
  } catch {
    // A request or parameters of somebody's own that refuse to be read.
    return undefined;
  }
}

function decode(text: unknown): unknown {
  return attempt(() => decodeURIComponent(String(text))) ?? text;
}
