/** Serves the application on Node, Bun or Deno, on a free port, which is printed: `server.mjs <hono> <host of PostHog>`. */
import process from "node:process";
import { createHandler } from "./app.mjs";

const [name, host] = process.argv.slice(2);
const { Hono } = await import(name);
const { HTTPException } = await import(`${name}/http-exception`);
const fetch = createHandler({ Hono, HTTPException }, host);
const hostname = "127.0.0.1";

if (globalThis.Deno) {
  const onListen = ({ port }) => console.log(port);
  Deno.serve({ port: 0, hostname, onListen }, fetch);
} else if (globalThis.Bun) {
  console.log(Bun.serve({ port: 0, hostname, fetch }).port);
} else {
  const { serve } = await import("@hono/node-server");
  serve({ fetch, port: 0, hostname }, ({ port }) => console.log(port));
}
