import type { SealProperties, TraceContext } from "../core/event.ts";
import type { BuiltException } from "./build.ts";

/** What the SDK says about an exception, and what the processor writes: nobody else does, wherever they say it. */
const RESERVED =
  /^\$(?:exception_(?:list|types?|message|level|sources?|handled|values|functions|fingerprint_(?:version|record)|proposed_fingerprint|issue_id|releases?)|debug_images|cymbal_errors)$/;

/** What the caller says and the processor reads strictly: of another type it costs the whole event. */
const TEXT =
  /^\$(?:exception_fingerprint|issue_(?:name|description|severity))$/;

/** Puts what was built on the merged properties: over what others said of it, under what they may say themselves. */
export function sealException(
  { properties: own, defaults }: BuiltException,
  trace: TraceContext | undefined,
): SealProperties {
  return (properties, reporter) => {
    const ignored: string[] = [];
    for (const [key, value] of Object.entries(properties)) {
      // An issue's texts may be empty.
      const isText = typeof value === "string" &&
        (value !== "" || key !== "$exception_fingerprint");
      if (RESERVED.test(key)) ignored.push(key);
      else if (isText || !TEXT.test(key)) continue;
      else reporter.warn(`Cannot use '${key}': expected a text`);
      delete properties[key];
    }
    if (ignored.length > 0) {
      reporter.debug(
        `An exception's ${ignored.join(", ")} can't be set`,
        Infinity,
      );
    }
    Object.assign(properties, {
      ...defaults,
      ...(trace && { "$trace_id": trace.traceId, "$span_id": trace.spanId }),
      ...properties,
      ...own,
    });
  };
}
