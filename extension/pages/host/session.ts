/**
 * The page's session with its host, Azure DevOps: start-up, tokens and configuration.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/auth
 * @packageDocumentation
 */
import * as SDK from "azure-devops-extension-sdk";

import { followTheme } from "./theme";

/** The two tokens of a request to the app: who calls (the extension), and for whom (the person). */
export interface Tokens {
  readonly app: string;
  readonly user: string;
}

/** Where the page runs: organisation, project (empty in organisation settings), and the person's name. */
export interface Place {
  readonly organization: string;
  readonly projectId: string;
  readonly project: string;
  readonly userName: string;
}

/** Connects to the host, which shows a spinner until `showPage` or `showFailure` is called. */
export async function connect(): Promise<void> {
  followTheme();
  await SDK.init({ loaded: false, applyTheme: true });
  await SDK.ready();
}

/** Registers an object whose methods the host calls; must come before `connect`. */
export function register(id: string, instance: object): void {
  SDK.register(id, instance);
}

/** Tells the host that the page can be shown. */
export async function showPage(): Promise<void> {
  await SDK.notifyLoadSucceeded();
}

/** Tells the host that the page cannot be shown, and why. */
export async function showFailure(reason: string): Promise<void> {
  await SDK.notifyLoadFailed(reason);
}

/** Returns fresh tokens; the host renews them, so they are asked for at each request and never kept. */
export async function tokens(): Promise<Tokens> {
  const [app, user] = await Promise.all([SDK.getAppToken(), SDK.getAccessToken()]);
  return { app, user };
}

/** Returns where the page runs. */
export function place(): Place {
  const project = SDK.getPageContext().webContext.project as SDK.ContextIdentifier | undefined; // none in organization settings
  return {
    organization: SDK.getHost().name,
    projectId: project?.id ?? "",
    project: project?.name ?? "",
    userName: SDK.getUser().displayName,
  };
}

/** Returns what the opener of a dialog or panel handed over. */
export function configuration(): Readonly<Record<string, unknown>> {
  return SDK.getConfiguration();
}

/** Returns the full id of one of the extension's contributions, such as `autocoder.autocoder.autocoder-panel`. */
export function contributionId(name: string): string {
  return `${SDK.getExtensionContext().id}.${name}`;
}

/** Returns the contribution id of this page, under which groups register. */
export function ownContributionId(): string {
  return SDK.getContributionId();
}

/** Keeps the height that the host gives the page equal to that of *element*; the width is the host's. */
export function followHeight(element: Element): ResizeObserver {
  const observer = new ResizeObserver(() => {
    SDK.resize(undefined, Math.ceil(element.getBoundingClientRect().height));
  });
  observer.observe(element);
  return observer;
}
