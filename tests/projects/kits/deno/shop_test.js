import { testShop } from "./shop_suite.js";

testShop((name, fn) => Deno.test(name, fn));
