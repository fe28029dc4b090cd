import { test } from "node:test";
import { testShop } from "./shop_suite.js";

testShop(test);
