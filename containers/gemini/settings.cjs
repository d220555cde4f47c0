// Loaded before Gemini CLI, so that it accepts settings.json in this folder regardless of the folder's owner.
//
// The CLI ignores a system settings file that anyone but root can write. This folder is read-only for the agent, but
// it may be a volume, or have another owner inside a user namespace.
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
