import { SourceMap } from "node:module";
import { readSourceMap } from "../../../tests/_kit/bundle_source.ts";

/** Where something happened: in a bundle or, once that is known, in a source. */
export interface Place {
  readonly filename: string;
  /** From 1, as is the column. */
  readonly lineno?: number;
  readonly colno?: number;
}

/**
 * Finds the source that a place of the bundle comes from, as PostHog does for a bundle whose source map it has. A place
 * that the map does not know stays what it is.
 *
 * @param bundle The bundle's text, with an inline source map.
 */
export function createSourceFinder(bundle: string): (place: Place) => Place {
  const map = new SourceMap({ ...readSourceMap(bundle) } as never);
  return (place) => {
    const { lineno = 0, colno = 1 } = place;
    // The map counts from 0.
    const found = map.findEntry(lineno - 1, colno - 1);
    return "originalSource" in found
      ? {
        filename: found.originalSource,
        lineno: found.originalLine + 1,
        colno: found.originalColumn + 1,
      }
      : place;
  };
}
