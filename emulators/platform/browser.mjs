// Runs programs in pages of headless Chromium: one line of JSON in, one line of JSON out. See browser.py.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../extension/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const Program = (async () => {}).constructor;
const TIMEOUT = 20_000;
const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

const browser = await chromium.launch({ executablePath: process.argv[2], headless: true, args: ARGUMENTS });
const kept = new Map();

/** Opens a page in a context of its own; `page.problems` collects what it writes as errors to its console. */
async function open(options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(TIMEOUT);
  const page = await context.newPage();
  page.problems = [];
  page.on("console", (message) => {
    if (message.type() === "error") page.problems.push(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => page.problems.push(error.message));
  page.violations = violations;
  return page;
}

/** Returns what axe calls serious or critical in *frame*: the rule and the elements. */
async function violations(frame) {
  await frame.evaluate(await readFile(require.resolve("axe-core/axe.min.js"), "utf8"));
  const found = await frame.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const grave = found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** Runs one program in a new page, or in the page that is kept under the name *keep*. */
async function run({ program, values, context, keep }) {
  const page = kept.get(keep) ?? (await open(context));
  if (keep) kept.set(keep, page);
  try {
    const result = await new Program("page", ...Object.keys(values), program)(page, ...Object.values(values));
    return { result: result ?? null };
  } catch (error) {
    return { error: error.stack };
  } finally {
    if (!keep) await page.context().close();
  }
}

const lines = createInterface({ input: process.stdin });
lines.on("close", async () => {
  await browser.close(); // also in the middle of a program, whose caller has ended
  process.exit();
});
for await (const line of lines) process.stdout.write(`${JSON.stringify(await run(JSON.parse(line)))}\n`);
