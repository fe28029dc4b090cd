export function GET(): Response {
  throw new RangeError("boom");
}
