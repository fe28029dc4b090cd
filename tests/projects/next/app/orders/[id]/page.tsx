import { headers } from "next/headers";
import { next } from "../../../lib/posthog";

export default async function Page(
  { params, searchParams }: PageProps<"/orders/[id]">,
) {
  const hog = next.fromHeaders(await headers());
  const { id } = await params;
  hog.capture({ event: "order rendered" });
  if ("page-error" in await searchParams) throw new Error("page boom");
  return (
    <main>
      Order {id}, <Items />
    </main>
  );
}

async function Items() {
  const hog = await next.getPostHog();
  hog.capture({ event: "items rendered" });
  return <p>items</p>;
}
