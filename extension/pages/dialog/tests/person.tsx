import { cleanup, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, expect, vi } from "vitest";

import { Dialog } from "../Dialog";

import { current, World } from "./world";

export const HOST = { organization: "fabrikam", project: "Doors", projectId: "p", userName: "Ann" };
export const START = "POST /api/boards/runs";

beforeEach(() => {
  current.world = new World();
  Element.prototype.scrollIntoView = vi.fn();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

export const open = (ids: readonly number[] = [7], isDirty = false) => render(<Dialog host={HOST} ids={ids} isDirty={isDirty} />);
export const field = (name: string) => screen.findByLabelText<HTMLInputElement>(new RegExp(`^${name}`));
export const button = (name: string) => screen.findByRole("button", { name });
export const isOff = (element: Element) => element.getAttribute("aria-disabled") === "true" || element.hasAttribute("disabled");
export const canStart = () => waitFor(async () => { expect(isOff(await button("Start Autocoder"))).toBe(false); });

/** Chooses a repository, and waits until the run can be started. */
export async function fill(repositoryName = "web") {
  const box = await field("Repository");
  await waitFor(() => { expect(box.placeholder).toBe("Choose a repository"); });
  await userEvent.click(box);
  await userEvent.click(await screen.findByRole("option", { name: repositoryName }));
  await canStart();
}

/** An answer that comes when it is told to. */
export function later() {
  let answer: (reply: { status: number; body: unknown }) => void = () => undefined;
  const reply = new Promise<{ status: number; body: unknown }>((resolve) => { answer = resolve; });
  return { reply, answer: (given: { status: number; body: unknown }) => { answer(given); } };
}
