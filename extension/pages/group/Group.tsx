/**
 * The runs of the open work item, in the fixed height of a group on the form.
 *
 * @packageDocumentation
 */
import { useSyncExternalStore } from "react";

import { layout } from "../host/services";
import { contributionId, type Place } from "../host/session";
import { nextStep } from "../parts/next_step";
import { ProblemCard } from "../parts/ProblemCard";
import { WAKE } from "../parts/repeat";
import { hasEnded } from "../parts/states";

import { useItemRuns, type ItemPlace, type ItemRuns } from "./follow_item";
import type { ItemStore, OpenItem } from "./item";
import { useItemPlace } from "./item_place";
import { usePullRequestStates } from "./pull_requests";
import { RunRow } from "./RunRow";
import "./group.css";

/** Shows the runs of the work item that the form shows now; nothing while it shows none. */
export function Group({ store, place }: { readonly store: ItemStore; readonly place: Place }) {
  const item = useSyncExternalStore(store.subscribe, store.current);
  return (
    <main className="ac-group">
      <h1 className="ac-hidden">Autocoder</h1>
      {item?.isNew && <p className="ac-secondary">Save the work item first. Then Autocoder can work on it.</p>}
      {item && !item.isNew && <SavedItem key={item.visit} item={item} place={place} wake={store.wake} />}
    </main>
  );
}

interface SavedItemProps {
  readonly item: OpenItem;
  readonly place: Place;
  readonly wake: EventTarget;
}

function SavedItem({ item, place, wake }: SavedItemProps) {
  const { value, problem, retry } = useItemPlace(place, item.id);
  if (problem) return <ProblemCard problem={problem} next={nextStep(problem)} retry={retry} />;
  return value === undefined ? <Loading /> : <Runs item={item} place={value} wake={wake} />;
}

interface RunsProps extends Omit<SavedItemProps, "place"> {
  readonly place: ItemPlace;
}

function Runs({ item, place, wake }: RunsProps) {
  const found = useItemRuns(place, wake);
  const askNow = (): void => { wake.dispatchEvent(new Event(WAKE)); };
  const { runs, problem } = found;
  return (
    <>
      <div className="ac-group-head">
        <button type="button" className="ac-button ac-primary" onClick={() => { void openDialog(item, askNow); }}>Start Autocoder</button>
        <span className="ac-secondary" role="status">{runs && summary(runs)}</span>
      </div>
      {item.isDirty && <p className="ac-secondary">Autocoder reads the saved work item: save your changes first.</p>}
      <div className="ac-group-list" tabIndex={0} role="region" aria-label="Runs of this work item">
        {problem && <ProblemCard problem={problem} next={`${nextStep(problem)} This page keeps trying by itself.`} retry={askNow} />}
        {!runs && !problem && <Loading />}
        {runs && <Rows runs={runs} address={place.address} wake={wake} askNow={askNow} />}
      </div>
    </>
  );
}

interface RowsProps {
  readonly runs: NonNullable<ItemRuns["runs"]>;
  readonly address: string;
  readonly wake: EventTarget;
  readonly askNow: () => void;
}

function Rows({ runs, address, wake, askNow }: RowsProps) {
  const states = usePullRequestStates(runs, wake);
  if (runs.length === 0) return <p className="ac-secondary">Autocoder has not worked on this work item yet.</p>;
  return (
    <>
      <ul className="ac-list">
        {runs.map((run, index) => (
          <RunRow key={run.id} record={run} address={address} isNewest={index === 0} pullRequestState={states.byRun[run.id]} onChange={askNow} />
        ))}
      </ul>
      {states.reason && <p className="ac-secondary">The state of a pull request could not be read. {states.reason}</p>}
    </>
  );
}

function Loading() {
  return <p className="ac-secondary" role="status">Loading the runs…</p>;
}

function summary(runs: NonNullable<ItemRuns["runs"]>): string {
  const active = runs.filter((run) => !hasEnded(run)).length;
  if (active) return active === 1 ? "1 run in progress" : `${String(active)} runs in progress`;
  return runs.length === 1 ? "1 run" : runs.length ? `${String(runs.length)} runs` : "";
}

async function openDialog({ id, isDirty }: OpenItem, onClose: () => void): Promise<void> {
  (await layout()).openCustomDialog(contributionId("autocoder-dialog"), {
    title: "Autocoder",
    configuration: { workItemIds: [id], isDirty },
    lightDismiss: false, // a click outside would lose what was typed
    onClose,
  });
}
