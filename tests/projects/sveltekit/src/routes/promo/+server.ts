import { env } from "$env/dynamic/private";
import { redirect } from "@sveltejs/kit";
import { precompute } from "flags/sveltekit";
import { precomputed } from "$lib/flags";

export async function GET({ request }: { request: Request }) {
  const code = await precompute(precomputed, request, env.FLAGS_SECRET);
  redirect(307, `/precomputed/${code}`);
}
