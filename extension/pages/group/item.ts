/**
 * The work item that the group's form shows, as the form reports it.
 *
 * @see https://learn.microsoft.com/javascript/api/azure-devops-extension-api/iworkitemnotificationlistener
 * @packageDocumentation
 */
import { WAKE } from "../parts/repeat";

/** The open work item; `visit` grows each time that one is opened, so that nothing of an earlier one remains. */
export interface OpenItem {
  readonly id: number;
  readonly isNew: boolean;
  /** Whether the form has changes that are not saved. */
  readonly isDirty: boolean;
  readonly visit: number;
}

/** What the form says with an event. */
interface EventArguments {
  readonly id: number;
  readonly isNew?: boolean;
}

/** Keeps the open work item, and tells its listeners when it changes. */
export class ItemStore {
  /** Receives `WAKE` when the runs may have changed. */
  readonly wake = new EventTarget();
  private item: OpenItem | undefined;
  private visits = 0;
  private readonly listeners = new Set<() => void>();

  /** The methods that the form calls. */
  readonly events = {
    onLoaded: ({ id, isNew }: EventArguments): void => {
      this.visits += 1;
      this.set({ id, isNew: isNew === true || id <= 0, isDirty: false, visit: this.visits });
    },
    onSaved: ({ id }: EventArguments): void => { this.renew(id); },
    onRefreshed: ({ id }: EventArguments): void => { this.renew(id); },
    onReset: ({ id }: EventArguments): void => { this.renew(id); },
    onFieldChanged: ({ id }: EventArguments): void => {
      if (this.item?.id === id && !this.item.isDirty) this.set({ ...this.item, isDirty: true });
    },
    onUnloaded: ({ id }: EventArguments): void => {
      if (this.item?.id === id) this.set(undefined); // else the form shows another work item already
    },
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): OpenItem | undefined => this.item;

  /** The saved text is what the form shows; a new work item has its number now. */
  private renew(id: number): void {
    if (!this.item || id <= 0) return;
    if (this.item.id !== id && !this.item.isNew) return;
    this.set({ ...this.item, id, isNew: false, isDirty: false });
    this.wake.dispatchEvent(new Event(WAKE));
  }

  private set(item: OpenItem | undefined): void {
    this.item = item;
    this.listeners.forEach((listener) => { listener(); });
  }
}
