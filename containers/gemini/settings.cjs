// Loaded before Gemini CLI, so that settings.json in this folder counts whoever owns the folder.
//
// The CLI takes system settings only where nobody but root can write, and leaves them out without them. This
// folder is read-only for the agent, but it may be a volume, or show another owner in a user namespace.
"use strict";

const fs = require("node:fs");

const settings = process.env.GEMINI_CLI_SYSTEM_SETTINGS_PATH;

for (const name of ["lstatSync", "statSync"]) {
  const ask = fs[name];
  fs[name] = (file, ...options) => {
    const stats = ask(file, ...options);
    const isOurs = file === settings || settings.startsWith(file === "/" ? file : `${file}/`);
    if (isOurs && typeof stats?.uid === "number") {
      stats.uid = 0;
      stats.mode &= ~0o022;
    }
    return stats;
  };
}
require("node:module").syncBuiltinESMExports();
