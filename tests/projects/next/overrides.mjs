// Prints a cookie as Vercel's toolbar sets it.
import { encryptOverrides } from "flags";

console.log(await encryptOverrides(JSON.parse(process.argv[2])));
