// Runs programs in pages of headless Chromium: one line of JSON in, one line of JSON out. See browser.py.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { chromium } = createRequire(new URL("../extension/package.json", import.meta.url))("playwright-core");
const Program = (async () => {}).constructor;
const TIMEOUT = 20_000;
const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

const browser = await chromium.launch({ executablePath: process.argv[2], headless: true, args: ARGUMENTS });

/** Runs one program; `page.problems` collects what the page writes as errors to its console. */
async function run({ program, values, context: options }) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(TIMEOUT);
  try {
    const page = await context.newPage();
    page.problems = [];
    page.on("console", (message) => message.type() === "error" && page.problems.push(message.text()));
    page.on("pageerror", (error) => page.problems.push(error.message));
    const result = await new Program("page", ...Object.keys(values), program)(page, ...Object.values(values));
    return { result: result ?? null };
  } catch (error) {
    return { error: error.stack };
  } finally {
    await context.close();
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(line)))}\n`);
}
await browser.close();
