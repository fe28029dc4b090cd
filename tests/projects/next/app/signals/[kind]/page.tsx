import { notFound, redirect } from "next/navigation";

export default async function Page({ params }: PageProps<"/signals/[kind]">) {
  const { kind } = await params;
  if (kind === "redirect") redirect("/flags");
  if (kind === "missing") notFound();
  return <p>{kind}</p>;
}
