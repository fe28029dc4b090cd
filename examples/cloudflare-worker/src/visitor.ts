/** Who is asking: the id in the shop's own cookie, if there is one. */
export function readVisitor(request: Request): string | undefined {
  const cookies = request.headers.get("cookie") ?? "";
  return /(?:^|;\s*)visitor=([^;]+)/.exec(cookies)?.[1];
}

/** The `Set-Cookie` header that makes the next requests come from this visitor. */
export function writeVisitor(id: string): string {
  return `visitor=${id}; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax`;
}
