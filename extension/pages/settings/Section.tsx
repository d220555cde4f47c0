/**
 * A part of the page with its heading.
 *
 * @packageDocumentation
 */
import type { ReactNode } from "react";

/** Shows *children* under the heading *title*. */
export function Section({ id, title, about, children }: {
  readonly id: string;
  readonly title: string;
  readonly about?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="set-section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {about && <p className="set-hint">{about}</p>}
      {children}
    </section>
  );
}
