/**
 * The ways in which the task stops before a run has ended.
 *
 * @packageDocumentation
 */

/** Fails the task. The message is ours; `detail` is text from outside, which only the filter may print. */
export class TaskFailure extends Error {
  constructor(
    message: string,
    readonly detail = "",
  ) {
    super(message);
  }
}
