import { assertEquals } from "@std/assert";
import { createTimeZone } from "../../../../src/local_evaluation/evaluation/time_zone.ts";
import { compareThrice, RELATIONS } from "./_dates.ts";

/**
 * Dates in the forms of the server's fallback, and the moments that it reads: the examples which the Rust crate
 * `dateparser` gives beside each of its formats (waltzofpearls/dateparser, `src/datetime.rs`), and, below, others that
 * follow from its formats and from those of `parse_date_string_in_tz` (PostHog/posthog,
 * `rust/feature-flags/src/properties/property_matching.rs`), which calls it last.
 */
const READ: readonly (readonly [text: string, moment: string])[] = [
  ["Wed, 02 Jun 2021 06:31:39 GMT", "2021-06-02T06:31:39Z"],
  ["2017-07-19 03:21:51+00:00", "2017-07-19T03:21:51Z"],
  ["2014-12-16 06:20:00 UTC", "2014-12-16T06:20:00Z"],
  ["2014-12-16 06:20:00 GMT", "2014-12-16T06:20:00Z"],
  ["2014-04-26 13:13:43 +0800", "2014-04-26T05:13:43Z"],
  ["2014-04-26 13:13:44 +09:00", "2014-04-26T04:13:44Z"],
  ["2012-08-03 18:31:59.257000000 +0000", "2012-08-03T18:31:59.257Z"],
  ["2015-09-30 18:48:56.35272715 UTC", "2015-09-30T18:48:56.35272715Z"],
  ["2014-12-16 06:20:00Z", "2014-12-16T06:20:00Z"],
  ["2014-12-16 06:20:00.25Z", "2014-12-16T06:20:00.25Z"],
  ["2014-12-16 06:20:00-08:30", "2014-12-16T14:50:00Z"],
  ["2014-12-16 06:20:00-0830", "2014-12-16T14:50:00Z"],
  ["2014-12-16 06:20-08:30", "2014-12-16T14:50:00Z"],
  ["2014-12-16 06:20 GMT", "2014-12-16T06:20:00Z"],
  ["2014-12-16 06:20 -0830", "2014-12-16T14:50:00Z"],
  ["2014-12-16 06:20:00.1234567891+01:00", "2014-12-16T05:20:00.123456789Z"],
  ["Thu, 29 Feb 2024 23:59:59 GMT", "2024-02-29T23:59:59Z"],
];

/** Forms that the server reads otherwise, or not at all, or in a way that is not certain: it is asked. */
const ASKED: readonly string[] = [
  // Another day of the week than the date's.
  "Tue, 02 Jun 2021 06:31:39 GMT",
  "Wed, 2 Jun 2021 06:31:39 GMT",
  "Wed, 02 Jun 2021 06:31:39 +0000",
  "Wed, 02 Jun 2021 24:00:00 GMT",
  "Wed Jun 02 2021 06:31:39 GMT+0000",
  // The day alone is at the time of day of the moment.
  "2021-02-21 UTC",
  "2021-02-21 GMT",
  "2017-11-25 13:31:15 PST",
  "2014-12-16 06:20:00 gmt",
  "2014-12-16 06:20:00  GMT",
  "2014-12-16  06:20:00 GMT",
  "2014-12-16T06:20:00 GMT",
  "2014-12-16T06:20:00 UTC",
  "2014-12-16T06:20:00 +01:00",
  "2014-12-16T06:20:00+0100",
  "2014-12-16 06:20:00GMT",
  "2014-12-16 06:20:00 Z",
  "2014-12-16 06:20Z",
  "2014-12-16 06:20:00+01",
  "2014-12-16 06:20:00 GMT+1",
  "2014-12-16 06:20:00.1234567891 GMT",
  "2014-12-16 06:20:00.1234567891 +0100",
  "2014-02-30 06:20:00 GMT",
  "2014-12-16 24:00:00 GMT",
  "2014-12-16 06:20:00 +24:00",
  "2014-04-26 05:24:37 PM",
];

for (const [text, moment] of READ) {
  Deno.test(`${text} is ${moment}, on either side and in any zone (FLD-043)`, () => {
    for (const timeZone of [undefined, createTimeZone("Asia/Kathmandu")]) {
      for (
        const [property, filter] of [[moment, text], [text, moment]] as const
      ) {
        assertEquals(
          compareThrice({ property, filter, timeZone }),
          RELATIONS.same,
        );
      }
    }
  });
}

for (const filter of ASKED) {
  Deno.test(`${filter} is left to the server (FLD-043)`, () => {
    const property = "2020-01-01T00:00:00Z";
    assertEquals(compareThrice({ property, filter }), RELATIONS.unknown);
  });
}
