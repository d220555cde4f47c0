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

import { SecretField } from "./fields";
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
      {state.problem && <ProblemCard problem={state.problem} next={nextStepOf(state.problem)} />}
      <div role="status">{state.report && <Report report={state.report} />}</div>
    </Section>
  );
}

function Report({ report }: { readonly report: DoctorReport }) {
  const failed = report.checks.filter(({ ok }) => !ok).length;
  return (
    <>
      <p>{failed ? `${String(failed)} of ${String(report.checks.length)} checks failed.` : `All ${String(report.checks.length)} checks passed.`}</p>
      <ul className="set-list">
        {report.checks.map(({ name, ok, message }) => (
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

/** Returns the next step about a problem with a request that carries a function key; empty when its message has it. */
export function nextStepOf(problem: Problem): string {
  return problem.code === "function_key" ? "" : nextStep(problem);
}
