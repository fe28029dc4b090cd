import { isRecord } from "../../../src/core/guards.ts";

/** A call that the contract doesn't allow; answered with 400. */
export class MalformedCall extends Error {}

/** The members of a call's body. A member that is `null` is absent. */
export type Fields = ReadonlyMap<string, unknown>;

/** Reads the body of a call; no body is one without members. */
export async function readFields(request: Request): Promise<Fields> {
  const text = await request.text();
  if (text === "") return new Map();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new MalformedCall("The body is not JSON");
  }
  if (!isRecord(body)) throw new MalformedCall("The body is not an object");
  return new Map(Object.entries(body).filter(([, value]) => value !== null));
}

/** Reads a text. */
export function readText(fields: Fields, name: string): string | undefined {
  const value = fields.get(name);
  if (value === undefined || typeof value === "string") return value;
  throw new MalformedCall(`'${name}' is not a text`);
}

/** Reads a text that must be there. */
export function requireText(fields: Fields, name: string): string {
  const value = readText(fields, name);
  if (value) return value;
  throw new MalformedCall(`'${name}' is missing`);
}

/** Reads a number. */
export function readNumber(fields: Fields, name: string): number | undefined {
  const value = fields.get(name);
  if (value === undefined || typeof value === "number") return value;
  throw new MalformedCall(`'${name}' is not a number`);
}

/** Reads true or false. */
export function readBoolean(fields: Fields, name: string): boolean | undefined {
  const value = fields.get(name);
  if (value === undefined || typeof value === "boolean") return value;
  throw new MalformedCall(`'${name}' is not a boolean`);
}

/** Reads an object. Its members are left as they are, `null` included. */
export function readObject(
  fields: Fields,
  name: string,
): Record<string, unknown> | undefined {
  const value = fields.get(name);
  if (value === undefined || isRecord(value)) return value;
  throw new MalformedCall(`'${name}' is not an object`);
}

/** Reads an object whose members are all of one kind. */
export function readObjectOf<Member>(
  fields: Fields,
  name: string,
  isMember: (value: unknown) => value is Member,
): Record<string, Member> | undefined {
  const value = readObject(fields, name);
  if (!value) return undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]): [string, Member] => {
      if (isMember(member)) return [key, member];
      throw new MalformedCall(`'${name}' has a member of the wrong type`);
    }),
  );
}
