import { FeatureflipClient } from "edgehog/featureflip";
import process from "node:process";

/** The value that ends it. */
const LAST = 3;

/** Prints the flag `n`, and each value it takes, until the last. Ends by itself: `close` leaves nothing that waits. */
async function main(baseUrl: string): Promise<void> {
  const client = await FeatureflipClient.create({
    sdkKey: "sdk-process",
    baseUrl,
  });
  const print = () => {
    const value = client.numberVariation("n", { "user_id": "u-9" }, -1);
    process.stdout.write(`${value}\n`);
    if (value === LAST) client.close();
  };
  client.on("update", print);
  print();
}

main(process.argv[2] ?? "");
