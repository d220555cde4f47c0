/**
 * A part of the page with its heading.
 *
 * @packageDocumentation
 */
import type { ReactNode } from "react";

import { ErrorBoundary } from "../parts/ErrorBoundary";

/** Shows *children* under the heading *title*; one that fails leaves the other sections, and what was typed, as they are. */
export function Section({ id, title, about, children }: {
  readonly id: string;
  readonly title: string;
  readonly about?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="set-section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {about && <p className="ac-field-hint">{about}</p>}
      <ErrorBoundary what={title}>{children}</ErrorBoundary>
    </section>
  );
}
