// What the tests of the page have in common: a server as a process of its own, a browser, and events to look at.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { after } from "node:test";
import { chromium } from "playwright-core";

/** Longer than a busy machine needs; nothing waits for it unless something is wrong. */
export const LIMIT_MS = 60_000;

/** Servers that run: one of a test that failed is ended too. */
const running = new Set();
after(() => running.forEach((child) => child.kill("SIGKILL")));

/** Starts `server.mjs`, and gives where it listens once it does. */
export async function startServer(env = {}) {
  const child = spawn(process.execPath, ["server.mjs"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  const isGone = new Promise((resolve) => child.once("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    let text = "";
    child.once("exit", () => reject(new Error("The server ended")));
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const [, url] = /Listening on (\S+)\n/.exec(text) ?? [];
      if (url) resolve(url);
    });
  });
  return {
    url,
    async kill() {
      child.kill("SIGKILL");
      await isGone;
    },
  };
}

/** Opens pages of one browser for the tests of a file; what a page logs as an error makes its test fail. */
export async function startBrowser() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox"],
  });
  after(() => browser.close());
  return {
    /** `isDeaf`: whether a network that breaks is what the test is about. */
    async open(url, { isDeaf = false, ...options } = {}) {
      const page = await browser.newPage({
        viewport: { width: 1280, height: 800 },
        ...options,
      });
      page.setDefaultTimeout(LIMIT_MS);
      const problems = [];
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("dialog", (dialog) => {
        problems.push(`dialog: ${dialog.message()}`);
        dialog.dismiss();
      });
      page.on("console", (message) => {
        const isNetwork = /net::ERR_/.test(message.text());
        if (
          ["error", "warning"].includes(message.type()) &&
          !(isDeaf && isNetwork)
        ) {
          problems.push(message.text());
        }
      });
      await page.goto(url);
      await page.getByText("Live", { exact: true }).waitFor();
      return {
        page,
        async end() {
          await page.close();
          assert.deepEqual(problems, []);
        },
      };
    },
  };
}

/** A uuid that ends in the given number. */
export function uuid(n) {
  return `0197b5e0-0000-7000-8000-${String(n).padStart(12, "0")}`;
}

/** A complete event. */
export function event(n, change = {}) {
  return {
    uuid: uuid(n),
    event: "order placed",
    distinct_id: `user-${n % 10}`,
    timestamp: "2026-01-01T00:00:00.000Z",
    properties: { n },
    ...change,
  };
}

/** Sends events as one batch. */
export async function send(url, batch) {
  const response = await fetch(`${url}/batch/`, {
    method: "POST",
    body: JSON.stringify({ api_key: "phc_test", batch }),
  });
  await response.text();
  return response.status;
}
