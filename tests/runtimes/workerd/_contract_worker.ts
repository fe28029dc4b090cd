import { runContract } from "../_suite.ts";

async function respond(): Promise<Response> {
  return Response.json(await runContract());
}

export default { fetch: (): Promise<Response> => respond() };
