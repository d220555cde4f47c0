/**
 * Keeps a mistake in one part of a page from emptying all of it: shows the reason, and lets a person try again.
 *
 * @see https://react.dev/reference/react/Component#catching-rendering-errors-with-an-error-boundary
 * @packageDocumentation
 */
import { Component, type ReactNode } from "react";

import type { Problem } from "../app/client";

import { ProblemCard } from "./ProblemCard";
import { reasonOf } from "./reasons";

/** What a person can do about a mistake of a page. */
export const FAILURE_STEP = "Try again, or reload the page. If it happens again, tell the administrator of Autocoder.";

/** The part's name, as in "Service hooks could not be shown", and the part. */
export interface ErrorBoundaryProps {
  readonly what: string;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly problem?: Problem | undefined;
}

/** Shows *children*, or why they could not be shown; "Try again" shows them anew. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, BoundaryState> {
  override readonly state: BoundaryState = {};

  static getDerivedStateFromError(thrown: unknown): BoundaryState {
    return { problem: { status: 0, code: "page", message: reasonOf(thrown) } };
  }

  override render(): ReactNode {
    const { problem } = this.state;
    if (!problem) return this.props.children;
    const message = `${this.props.what} could not be shown. ${problem.message}`;
    return <ProblemCard problem={{ ...problem, message }} next={FAILURE_STEP} retry={() => { this.setState({ problem: undefined }); }} />;
  }
}
