/** Serves an application of Express's on a free port, which is printed: `server.mjs <express> <host of PostHog>`. */
import { AsyncLocalStorage } from "node:async_hooks";
import process from "node:process";
import { PostHog } from "edgehog";
import {
  setupExpressErrorHandler,
  setupExpressRequestContext,
} from "edgehog/express";

const [name, host] = process.argv.slice(2);
const { default: express } = await import(name);
const contextStorage = new AsyncLocalStorage();
const posthog = new PostHog("phc_x", { host, contextStorage });

function boom() {
  throw new Error("boom");
}

const app = express();
setupExpressRequestContext(posthog, app);
app.get("/viewed", (_req, res) => {
  res.locals.posthog.capture({ event: "viewed" });
  res.send("ok");
});
app.get("/ambient", async (_req, res) => {
  await Promise.resolve();
  posthog.capture({ event: "ambient" });
  res.send("ok");
});
app.get("/streamed", (_req, res) => {
  res.write("one ");
  setImmediate(() => {
    res.end("two", () => res.locals.posthog.capture({ event: "streamed" }));
  });
});
app.get("/orders/:id", boom);
app.get("/passed/:id", (_req, _res, next) => next(new Error("passed")));
app.get("/thrown/:status", (req) => {
  throw Object.assign(new Error("no"), { status: Number(req.params.status) });
});

const router = express.Router();
setupExpressRequestContext(posthog, router);
let outer;
app.use("/shops/:shop", (_req, res, next) => {
  outer = res.locals.posthog;
  next();
});
router.get("/twice", (_req, res) => {
  res.send(String(res.locals.posthog === outer));
});
router.get("/orders/:id", boom);
setupExpressErrorHandler(posthog, router);
app.use("/shops/:shop", router);

setupExpressErrorHandler(posthog, app);
app.use((error, req, res, next) => {
  if (req.path.startsWith("/passed")) res.status(418).send(error.message);
  else next(error);
});
const server = app.listen(0, "127.0.0.1", () => {
  console.log(server.address().port);
});
