export function GET(): Response {
  throw new Error("bare boom");
}
