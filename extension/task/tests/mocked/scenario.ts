/** The task under the task library's mock, with an app in the same process; `mock-runner.test.ts` starts it. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

import { TaskMockRunner } from "azure-pipelines-task-lib/mock-run";

const LINES = ["hello", "##vso[task.setvariable variable=x]1", "in ##vso[task.complete result=Succeeded;]", "##[error]no"];
const RUN = { id: "r1", status: process.env["OUTCOME"], endedAt: "now", pullRequestId: 7, reason: "##vso[a.b]why" };

function answer(request: IncomingMessage): unknown {
  if (request.url?.includes("/log")) return { text: `${LINES.join("\n")}\n`, nextOffset: 99, complete: true };
  return RUN;
}

async function main(): Promise<void> {
  const app = createServer((request, response) => {
    console.log(`SEEN ${String(request.method)} ${String(request.url)} ${String(request.headers["x-functions-key"])}`);
    response.writeHead(request.method === "POST" ? 202 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer(request)));
  });
  app.listen(0, "127.0.0.1");
  await once(app, "listening");
  app.unref();
  const runner = new TaskMockRunner(path.join(__dirname, "main.js"));
  runner.setInput("workItemId", "5");
  runner.setInput("functionUrl", `http://127.0.0.1:${String((app.address() as AddressInfo).port)}`);
  runner.setInput("functionKey", "key-1");
  runner.setInput("warnOn", "no_changes");
  runner.run();
}

void main();
