import {
  redisRestCache,
  type RedisRestCacheOptions,
} from "../../../src/caches/redis_rest.ts";
import type { FlagDefinitionCache } from "../../../src/core/flag_definition_cache.ts";
import type { JsonValue } from "../../../src/core/json.ts";
import type { IncomingRequest } from "../../../src/dev/types.ts";
import { createRecordingFetch } from "../../../src/testing/recording_fetch.ts";
import { buildData } from "./_isolates.ts";

export const TOKEN = "redis-secret/token";

/** Definitions as Redis holds them. */
export const TEXT: string = JSON.stringify(buildData('W/"1"'));

/** What one request is answered: the results of its commands, or a whole answer. */
export type Answer = readonly unknown[] | Response | Error;

/** A cache over a Redis of prepared answers, and what was asked of it. */
export interface World {
  readonly cache: FlagDefinitionCache;
  readonly requests: readonly IncomingRequest[];
  /** The commands of each request. */
  bodies(): (JsonValue | undefined)[];
}

export function createWorld(
  answers: readonly Answer[],
  options: Partial<RedisRestCacheOptions> = {},
): World {
  const open = [...answers];
  const { fetch, requests } = createRecordingFetch(() => {
    const answer = open.shift();
    if (answer instanceof Error) throw answer;
    if (answer === undefined || answer instanceof Response) return answer;
    return Response.json(answer.map((result) => ({ result })));
  });
  const cache = redisRestCache({
    url: "https://redis.test",
    token: TOKEN,
    fetch,
    random: (bytes) => bytes.fill(1),
    ...options,
  });
  return { cache, requests, bodies: () => requests.map(({ body }) => body) };
}
