import { assert } from "@std/assert";
import { within } from "../_kit/within.ts";
import { LIMIT_MS } from "./_servers.ts";

/** A project's server on loopback. */
export interface ProjectServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  /** Ends it as a platform does, and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts what `next build` made. */
export function startNext(
  directory: string,
  env: Record<string, string>,
): Promise<ProjectServer> {
  const next = "node_modules/next/dist/bin/next";
  return startServer(
    directory,
    [next, "start", "-H", "127.0.0.1", "-p", "0"],
    env,
    /Local:\s+(http:\/\/\S+)[^]*Ready in/,
  );
}

/**
 * Starts a server on Node.
 *
 * @param address Finds where it listens in what it prints, once it does.
 */
export async function startServer(
  directory: string,
  args: readonly string[],
  env: Record<string, string>,
  address: RegExp,
): Promise<ProjectServer> {
  const child = new Deno.Command("node", {
    args: [...args],
    cwd: directory,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const { promise, resolve } = Promise.withResolvers<string>();
  const reading = read(child.stdout, address, resolve);
  let isGone = false;
  const end = async (signal: Deno.Signal) => {
    if (isGone) return;
    child.kill(signal);
    await within(child.status, LIMIT_MS, "the end of the server");
    isGone = true;
    await reading;
  };
  try {
    const url = await within(promise, LIMIT_MS, "the server");
    return {
      url,
      stop: () => end("SIGTERM"),
      [Symbol.asyncDispose]: () => end("SIGKILL"),
    };
  } catch (error) {
    await end("SIGKILL");
    throw error;
  }
}

/** Reads what a server prints, and says where it listens once it does. */
async function read(
  stream: ReadableStream<Uint8Array>,
  address: RegExp,
  tell: (url: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text = (text + decoder.decode(chunk, { stream: true })).slice(-4096);
    const url = text.match(address)?.[1];
    if (url) tell(url);
  }
}

/** The fields that a form without JavaScript posts for its server action. */
export function readAction(page: string): FormData {
  const name = page.match(/name="(\$ACTION_ID_[0-9a-f]+)"/)?.[1];
  assert(name, "the page has a form with a server action");
  const form = new FormData();
  form.set(name, "");
  return form;
}
