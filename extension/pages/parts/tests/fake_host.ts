import { vi } from "vitest";

import type { IMessageDialogOptions } from "azure-devops-extension-api";

/** Stands in for `host/session` and `host/services`: what was opened, and the answer to each question. */
export const host = {
  answer: true,
  questions: [] as string[],
  opened: [] as { id: string; configuration: unknown; onClose?: () => void }[],
  settings: (() => Promise.resolve({})) as (projectId: string) => Promise<object>,
};

export const session = {
  tokens: () => Promise.resolve({ app: "app-token", user: "user-token" }),
  contributionId: (name: string) => `autocoder.autocoder.${name}`,
  configuration: () => ({}),
};

const open = (id: string, { configuration, onClose }: { configuration: unknown; onClose?: () => void }) => {
  host.opened.push({ id, configuration, ...(onClose ? { onClose } : {}) });
};

export const services = {
  organizationUrl: () => Promise.resolve("https://dev.azure.com/fabrikam/"),
  layout: () => Promise.resolve({
    openMessageDialog: (question: string, { onClose }: IMessageDialogOptions) => {
      host.questions.push(question);
      onClose?.(host.answer);
    },
    openPanel: vi.fn(open),
    openCustomDialog: vi.fn(open),
  }),
};

export const documents = { effectiveSettings: (projectId: string) => host.settings(projectId) };

export function resetHost(): void {
  Object.assign(host, { answer: true, questions: [], opened: [], settings: () => Promise.resolve({}) });
}
