import {
  type ExecutionContextLike,
  type RequestScope,
  withPostHog,
} from "edgehog";
import { type Product, PRODUCTS } from "./catalog.ts";
import { posthog } from "./posthog.ts";
import { readVisitor, writeVisitor } from "./visitor.ts";

interface Shop {
  fetch(
    request: Request,
    env: unknown,
    ctx: ExecutionContextLike,
  ): Promise<Response>;
}

// One scope a request, the last argument: it sends events after the response, under ctx.waitUntil. What `handle`
// throws is captured with its stack, and `apologize` answers.
const shop: Shop = {
  fetch: withPostHog(posthog, handle, { onError: apologize }),
};
export default shop;

async function handle(
  request: Request,
  _env: unknown,
  _ctx: ExecutionContextLike,
  hog: RequestScope,
): Promise<Response> {
  const visitor = readVisitor(request) ?? crypto.randomUUID();
  hog.setContext({ distinctId: visitor });
  const response = await route(request, hog);
  if (!response.headers.has("set-cookie")) {
    response.headers.set("set-cookie", writeVisitor(visitor));
  }
  return response;
}

async function route(request: Request, hog: RequestScope): Promise<Response> {
  const [, page, id] = new URL(request.url).pathname.split("/");
  switch (`${request.method} /${page}`) {
    case "GET /":
      return await showShop(hog);
    case "GET /product":
      return await showProduct(hog, id);
    case "POST /checkout":
      return await checkOut(hog, await request.json());
    case "POST /login":
      return logIn(hog, await request.json());
    default:
      return notFound();
  }
}

async function showShop(hog: RequestScope): Promise<Response> {
  const flags = await hog.evaluateFlags();
  const navigation = flags.isEnabled("new-navigation") ? "new" : "classic";
  hog.capture({ event: "shop viewed", flags });
  return Response.json({ navigation, products: PRODUCTS });
}

async function showProduct(
  hog: RequestScope,
  id: string | undefined,
): Promise<Response> {
  const product = PRODUCTS.find((product) => product.id === id);
  if (!product) return notFound();
  const flags = await hog.evaluateFlags();
  const offer = flags.string("product-offer", "control");
  // The variant's payload, set in PostHog: { "discountPercent": 10 }.
  const { discountPercent } = flags.json("product-offer", {
    discountPercent: 0,
  });
  const price = Math.round(product.price * (1 - discountPercent / 100));
  hog.capture({
    event: "product viewed",
    properties: { product: product.id, price },
    flags,
  });
  return Response.json({ ...product, price, offer });
}

async function checkOut(
  hog: RequestScope,
  { items = [] }: { items?: readonly string[] },
): Promise<Response> {
  const flags = await hog.evaluateFlags();
  hog.capture({
    event: "checkout started",
    properties: { items: items.length },
    flags,
  });
  const bought = items.map(findProduct);
  const total = bought.reduce((sum, { price }) => sum + price, 0);
  hog.capture({
    event: "order placed",
    properties: { total, items: bought.map(({ id }) => id) },
    flags,
  });
  return Response.json({ total }, { status: 201 });
}

function findProduct(id: string): Product {
  const product = PRODUCTS.find((product) => product.id === id);
  if (!product) throw new RangeError(`Nobody sells a ${id}`);
  return product;
}

function logIn(
  hog: RequestScope,
  { user, plan }: { user: string; plan: string },
): Response {
  // Check the password here. From now on the visitor is this person.
  hog.setContext({ distinctId: user });
  hog.identify({
    properties: { plan, $set_once: { "first_login": new Date() } },
  });
  hog.capture({ event: "logged in" });
  return Response.json({ user }, {
    headers: { "set-cookie": writeVisitor(user) },
  });
}

function apologize(): Response {
  return Response.json({ error: "Something went wrong" }, { status: 500 });
}

function notFound(): Response {
  return Response.json({ error: "There is no such page" }, { status: 404 });
}
