/**
 * The project's service hook subscriptions: how they are, and a button that creates the missing ones.
 *
 * @packageDocumentation
 */
import { nextStep } from "../parts/next_step";
import { plainLine } from "../parts/plain";
import { ProblemCard } from "../parts/ProblemCard";

import { SecretField } from "../parts/fields";
import { Section } from "./Section";
import { SubscriptionRow } from "./SubscriptionRow";
import { useHooks, type Hooks } from "./use_hooks";

/** Shows the secrets' fields, then each subscription that the app needs. */
export function HooksSection({ address, projectId }: { readonly address: string; readonly projectId: string }) {
  const hooks = useHooks(address, projectId);
  const { rows, problem, busy, done, failed, secrets } = hooks;
  return (
    <Section id="hooks" title="Service hooks" about={
      "Autocoder learns of tags, comments and pull requests through service hook subscriptions. A subscription belongs " +
      "to the person who creates it, and stops when that person leaves the organization. The lasting way is to create " +
      "them with the app's identity on the command line."
    }>
      <SecretField
        id="hooks-key" label="Function key" value={secrets.functionKey} onChange={(functionKey) => { hooks.type({ functionKey }); }}
        hint="A host key of the function app. It becomes part of the subscriptions' address, which Azure DevOps keeps."
      />
      <div className="ac-buttons">
        <button type="button" className="ac-button" disabled={!secrets.functionKey || busy !== ""} onClick={() => void hooks.check()}>
          {busy === "checking" ? "Checking…" : "Check subscriptions"}
        </button>
      </div>
      {problem && <ProblemCard problem={problem} next={nextStep(problem)} />}
      {rows && (
        <>
          <p role="status">{plainLine(`${summary(hooks)} ${done}`)}</p>
          <ul className="set-list" aria-label="Subscriptions">
            {rows.map((row, index) => (
              <SubscriptionRow key={index} row={row} problem={failed.get(index)} isReady={isReady(hooks)} onRepair={() => void hooks.change([index])} />
            ))}
          </ul>
          <Creation hooks={hooks} />
        </>
      )}
    </Section>
  );
}

function Creation({ hooks }: { readonly hooks: Hooks }) {
  const { rows = [], secrets, busy } = hooks;
  const missing = rows.flatMap(({ health }, index) => (health === "missing" ? [index] : []));
  if (rows.every(({ health }) => health === "healthy")) return null;
  return (
    <>
      <SecretField
        id="hooks-password" label="Hook password" value={secrets.password} onChange={(password) => { hooks.type({ password }); }}
        hint="The password that the app expects from service hooks (Key Vault, hook-password). Key and password are kept in this page's memory until they were used, and nowhere else."
      />
      {missing.length > 0 && (
        <div className="ac-buttons">
          <button type="button" className="ac-button ac-primary" disabled={!isReady(hooks)} onClick={() => void hooks.change(missing)}>
            {busy === "changing" ? "Creating…" : createText(missing.length)}
          </button>
        </div>
      )}
      {!isReady(hooks) && busy === "" && <p className="ac-field-hint">Type the function key and the hook password to create or repair subscriptions.</p>}
    </>
  );
}

function isReady({ secrets, busy }: Hooks): boolean {
  return secrets.functionKey !== "" && secrets.password !== "" && busy === "";
}

function createText(count: number): string {
  return count === 1 ? "Create the missing subscription" : `Create the ${String(count)} missing subscriptions`;
}

function summary({ rows = [] }: Hooks): string {
  const healthy = rows.filter(({ health }) => health === "healthy").length;
  return healthy === rows.length ? "All subscriptions are healthy." : `${String(healthy)} of ${String(rows.length)} subscriptions are healthy.`;
}
