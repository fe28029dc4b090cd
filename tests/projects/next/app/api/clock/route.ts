import { advance } from "../../../lib/clock";

/** Moves the clock, as the request says; one for tests, on loopback. */
export async function POST(request: Request): Promise<Response> {
  advance(Number(await request.text()));
  return new Response(null, { status: 204 });
}
