/** Fails where nobody catches it: `fail.js throw` or `fail.js reject`. */
import process from "node:process";
import "./process_hooks.js";

// Keeps the process alive, as a server does.
setInterval(() => {}, 60_000);
setTimeout(() => {
  if (process.argv[2] === "throw") throw new RangeError("throw");
  void Promise.reject(new RangeError("reject"));
});
