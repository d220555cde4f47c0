/**
 * The section of the pipeline run's summary page.
 *
 * @see https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands#uploadsummary-add-some-markdown-content-to-the-build-summary
 * @packageDocumentation
 */
import { oneLine } from "./console";
import type { Run } from "./run";

/** Returns the summary of an ended run in Markdown. */
export function summaryOf(run: Run): string {
  const { costUsd } = run.usage;
  const lines = [
    `Outcome: ${plain(run.status)}`,
    run.pullRequestUrl && `Pull request: [!${String(run.pullRequestId ?? "")}](${target(run.pullRequestUrl)})`,
    run.branch && `Branch: ${plain(run.branch)}`,
    run.workItemUrl && `Work item: [${plain(run.title) || "open"}](${target(run.workItemUrl)})`,
    costUsd === null ? "" : `Cost: ${costUsd.toFixed(2)} US dollars`,
    run.reason && `Reason: ${plain(run.reason)}`,
    `Run: ${plain(run.id)}`,
  ];
  return `${lines.filter(Boolean).map((line) => `- ${line}`).join("\n")}\n`;
}

/** Returns *text* as one line in which nothing is markup. */
function plain(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]()#+!|<>~&:@-]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

function target(url: string): string {
  return url.replace(/[()[\]\\]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}
