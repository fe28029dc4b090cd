import { runContract } from "../_suite.ts";

/** The request's body is this Worker's own code. */
async function respond(request: Request): Promise<Response> {
  return Response.json(await runContract(await request.text()));
}

export default {
  fetch: (request: Request): Promise<Response> => respond(request),
};
