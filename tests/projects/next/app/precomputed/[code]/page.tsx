import { generatePermutations } from "flags/next";
import { half, newNav, precomputed, price, pricing } from "../../../lib/flags";

/** One is made ahead of requests; the others when they are first asked for. */
export async function generateStaticParams() {
  const codes = await generatePermutations(precomputed, (values) =>
    values["new-nav"] === true && values["half"] === true &&
    values["pricing"] === "annual" && values["pricing.price"] === 120);
  return codes.map((code) => ({ code }));
}

export default async function Page(
  { params }: PageProps<"/precomputed/[code]">,
) {
  const { code } = await params;
  const values = {
    newNav: await newNav(code, precomputed),
    half: await half(code, precomputed),
    pricing: await pricing(code, precomputed),
    price: await price(code, precomputed),
  };
  return <pre>{JSON.stringify(values)}</pre>;
}
