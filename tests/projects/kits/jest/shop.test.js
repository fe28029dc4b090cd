import { testShop } from "./shop_suite.js";

testShop(test);

test("the package is taken as CommonJS", () => {
  expect(require.resolve("edgehog/testing")).toMatch(/\.cjs$|[\\/]cjs[\\/]/);
});
