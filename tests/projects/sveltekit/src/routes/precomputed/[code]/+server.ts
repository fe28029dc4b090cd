import { half, newNav, precomputed, price, pricing } from "$lib/flags";

export async function GET({ params }: { params: { code: string } }) {
  const { code } = params;
  return Response.json({
    newNav: await newNav(code, precomputed),
    half: await half(code, precomputed),
    pricing: await pricing(code, precomputed),
    price: await price(code, precomputed),
  });
}
