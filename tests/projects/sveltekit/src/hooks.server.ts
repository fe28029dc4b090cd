import { env } from "$env/dynamic/private";
import { createHandle } from "flags/sveltekit";
import { half, newNav, price, pricing } from "$lib/flags";

export const handle = createHandle({
  secret: env.FLAGS_SECRET,
  flags: { newNav, half, pricing, price },
});
