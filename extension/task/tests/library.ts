/** A stand-in for the task library: inputs and variables from a table, and what was printed. */
import { vi } from "vitest";

export const inputs: Record<string, string> = {};
export const variables: Record<string, string> = {};
export const printed: string[] = [];

/** The functions of the library that the units call. */
export const library = {
  TaskResult: { Succeeded: 0, SucceededWithIssues: 1, Failed: 2 },
  getInput: (name: string) => inputs[name],
  getVariable: (name: string) => variables[name],
  getEndpointUrl: (id: string) => (id === "generic" ? "https://app.example.com/" : undefined),
  getEndpointAuthorizationParameter: (id: string, parameter: string) =>
    id === "generic" && parameter === "password" ? "key-1" : undefined,
  setSecret: vi.fn(),
  warning: (text: string) => printed.push(text),
  writeExternalOutput: (text: string) => printed.push(text),
};

/** Forgets inputs, variables and what was printed. */
export function reset(): void {
  for (const table of [inputs, variables]) for (const name of Object.keys(table)) Reflect.deleteProperty(table, name);
  printed.length = 0;
}
