/**
 * The names of the agents, as their list has them: a run knows only the type of its agent.
 *
 * @packageDocumentation
 */
import { createContext, useContext, useMemo, type ReactNode } from "react";

import type { AgentEntry } from "../app/answers";

const Names = createContext<ReadonlyMap<string, string>>(new Map());

/** The agents of the app, as far as they are known, and what shows their names. */
export interface AgentNamesProps {
  readonly agents: readonly Pick<AgentEntry, "agentType" | "name">[] | undefined;
  readonly children: ReactNode;
}

/** Shows *children*, which can name *agents*. */
export function AgentNames({ agents, children }: AgentNamesProps) {
  const names = useMemo(() => new Map(agents?.map(({ agentType, name }) => [agentType, name])), [agents]);
  return <Names.Provider value={names}>{children}</Names.Provider>;
}

/** Returns the name of the agent *type*, or the type itself when its name is not known. */
export function useAgentName(type = ""): string {
  return useContext(Names).get(type) ?? type;
}
