import { headers } from "next/headers";
import { next } from "../../../lib/posthog";

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Page({ params, searchParams }: Props) {
  const hog = next.fromHeaders(await headers());
  hog.capture({ event: "order rendered" });
  if ("page-error" in await searchParams) throw new Error("page boom");
  return <p>Order {(await params).id}</p>;
}
