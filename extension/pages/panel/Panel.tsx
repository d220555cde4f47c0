/**
 * One run with its whole log, or several runs in one list.
 *
 * @packageDocumentation
 */
import type { Problem } from "../app/client";
import { listAgents } from "../app/runs";
import type { Place } from "../host/session";
import { AgentNames } from "../parts/AgentNames";
import { ProblemCard } from "../parts/ProblemCard";
import { useResource } from "../parts/resource";
import { RunList } from "../parts/RunList";
import { RunView } from "../parts/RunView";

import "./panel.css";

/** What the opener of the panel handed over. */
export interface PanelContent {
  readonly address: string;
  readonly runIds: readonly string[];
}

const NOTHING: Problem = { status: 0, code: "panel", message: "No run was chosen. Close this panel, and open it from a work item." };

/** Returns the content in *configuration*; anything of the wrong type is left out. */
export function contentOf({ address, runIds }: Readonly<Record<string, unknown>>): PanelContent {
  const ids: readonly unknown[] = Array.isArray(runIds) ? runIds : [];
  return {
    address: typeof address === "string" ? address : "",
    runIds: [...new Set(ids.filter((id) => typeof id === "string" && id !== ""))] as string[],
  };
}

/** Shows the runs of *content*, whose agents have names where the list of the agents can be read. */
export function NamedPanel({ place: { organization, project }, ...content }: PanelContent & { readonly place: Place }) {
  const { address } = content;
  const key = address && project && `${address} ${organization} ${project}`;
  const { value } = useResource("the agents", key, () => listAgents(address, { organization, project }));
  return <AgentNames agents={value?.value}><Panel {...content} /></AgentNames>;
}

/** Shows the runs of *content*. */
export function Panel({ address, runIds }: PanelContent) {
  const [only] = runIds;
  return (
    <main className="ac-panel">
      <h1 className="ac-hidden">Autocoder</h1>
      {only === undefined && <ProblemCard problem={NOTHING} />}
      {runIds.length === 1 && only !== undefined && <RunView address={address} run={only} titled whole />}
      {runIds.length > 1 && <RunList address={address} runs={runIds} whole />}
    </main>
  );
}
