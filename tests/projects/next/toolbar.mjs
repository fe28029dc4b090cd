// Prints what Vercel's toolbar sends: its cookie of overrides, and its proof at the discovery endpoint.
import { createAccessProof, encryptOverrides } from "flags";

console.log(await encryptOverrides(JSON.parse(process.argv[2])));
console.log(await createAccessProof(process.env.FLAGS_SECRET));
