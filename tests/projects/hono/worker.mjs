/** The application as a Worker. */
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { createHandler } from "./app.mjs";

let handler;

export default {
  fetch(request, env, ctx) {
    handler ??= createHandler({ Hono, HTTPException }, env.POSTHOG_HOST);
    return handler(request, env, ctx);
  },
};
