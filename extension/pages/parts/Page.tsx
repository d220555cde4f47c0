/**
 * The frame of a page's content: whatever fails in it is shown with its reason and the next step.
 *
 * @packageDocumentation
 */
import { useEffect, useState, type ReactNode } from "react";
import { createRoot } from "react-dom/client";

import type { Problem } from "../app/client";
import { showPage } from "../host/session";

import { ErrorBoundary, FAILURE_STEP } from "./ErrorBoundary";
import { ProblemCard } from "./ProblemCard";
import { reasonOf } from "./reasons";

/** The page's name, as in "The panel could not be shown", and its content. */
export interface PageProps {
  readonly what: string;
  readonly children: ReactNode;
}

/** Shows *children*, and what fails while they are shown or used. */
export function Page({ what, children }: PageProps) {
  const { problem, close } = useFailedAction();
  return (
    <>
      {problem && (
        <>
          <ProblemCard problem={problem} next={FAILURE_STEP} />
          <button type="button" className="ac-button" onClick={close}>Close this message</button>
        </>
      )}
      <ErrorBoundary what={what}>{children}</ErrorBoundary>
    </>
  );
}

/** Renders *content* as the page *what*, and tells the host that it can be shown. */
export async function showContent(what: string, content: ReactNode): Promise<void> {
  const root = document.getElementById("root");
  if (!root) throw new Error("Its file has no place for the content.");
  createRoot(root).render(<Page what={what}>{content}</Page>);
  await showPage();
}

/** Returns the failure of the latest action that nothing else has shown, such as a panel that does not open. */
function useFailedAction(): { readonly problem: Problem | undefined; readonly close: () => void } {
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    const show = ({ reason }: PromiseRejectionEvent): void => {
      if (isAbort(reason)) return;
      setProblem({ status: 0, code: "page", message: `That did not work. ${reasonOf(reason)}` });
    };
    window.addEventListener("unhandledrejection", show);
    return () => { window.removeEventListener("unhandledrejection", show); };
  }, []);
  return { problem, close: () => { setProblem(undefined); } };
}

function isAbort(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "AbortError";
}
