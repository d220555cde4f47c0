/**
 * A button that asks the app's doctor, with a function key that is typed and forgotten.
 *
 * @packageDocumentation
 */
import { useState } from "react";

import { readDoctor } from "../app/administration";
import type { DoctorReport } from "../app/answers";
import type { Problem } from "../app/client";
import { nextStep } from "../parts/next_step";
import { plainLine } from "../parts/plain";
import { ProblemCard } from "../parts/ProblemCard";

import { SecretField } from "../parts/fields";
import { Section } from "./Section";

type State = { readonly report?: DoctorReport; readonly problem?: Problem; readonly isRunning?: boolean };

/** Shows each check of the app at *address* with its result. */
export function DoctorSection({ address }: { readonly address: string }) {
  const [functionKey, setFunctionKey] = useState("");
  const [state, setState] = useState<State>({});
  const check = async () => {
    setState({ isRunning: true });
    const answer = await readDoctor(address, functionKey.trim());
    if ("value" in answer) setFunctionKey(""); // after a problem it stays for the next attempt
    setState("value" in answer ? { report: answer.value } : answer);
  };
  return (
    <Section id="doctor" title="Check the app" about="The app tries everything that it needs: identity, permissions, secrets, agents, storage and quota.">
      <SecretField
        id="doctor-key" label="Function key" value={functionKey} onChange={setFunctionKey}
        hint="A host key of the function app (Azure portal, App keys). It is used for this check, and kept nowhere."
      />
      <div className="ac-buttons">
        <button type="button" className="ac-button" disabled={!functionKey || state.isRunning} onClick={() => void check()}>
          {state.isRunning ? "Checking…" : "Check the app"}
        </button>
      </div>
      {state.problem && <ProblemCard problem={state.problem} next={nextStep(state.problem)} />}
      <div role="status">{state.report && <Report report={state.report} />}</div>
    </Section>
  );
}

function summaryOf(failed: number, all: number): string {
  if (failed === 0) return `All ${String(all)} checks passed.`;
  return `${String(failed)} of ${String(all)} checks failed. Each says below what to do; then check again.`;
}

/** Shows the checks in words, the failed ones first. */
function Report({ report }: { readonly report: DoctorReport }) {
  const failed = report.checks.filter(({ ok }) => !ok);
  const passed = report.checks.filter(({ ok }) => ok);
  if (report.checks.length === 0) return <p>The app made no checks. Update it, then check again.</p>;
  return (
    <>
      <p>{summaryOf(failed.length, report.checks.length)}</p>
      <ul className="set-list">
        {[...failed, ...passed].map(({ name, ok, message }) => (
          <li key={name}>
            <p className={ok ? "ac-state ac-success" : "ac-state ac-error"}>
              <i className="ac-mark" aria-hidden="true" />
              <span>{plainLine(name)}: {ok ? "OK" : "failed"}</span>
            </p>
            <p>{plainLine(message)}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
