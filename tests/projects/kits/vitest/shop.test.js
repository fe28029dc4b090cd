import { test } from "vitest";
import { testShop } from "./shop_suite.js";

testShop(test);
