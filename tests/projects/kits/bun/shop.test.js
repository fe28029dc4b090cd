import { test } from "bun:test";
import { testShop } from "./shop_suite.js";

testShop(test);
