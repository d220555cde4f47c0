/**
 * A question of the host to the person.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/host-navigation
 * @packageDocumentation
 */
import { layout } from "../host/services";

/** Shows *question* with a button for yes and one for no; returns the answer. */
export async function ask(question: string, answers: { readonly yes: string; readonly no: string }): Promise<boolean> {
  const host = await layout();
  return new Promise((resolve) => {
    host.openMessageDialog(question, {
      title: "Autocoder",
      showCancel: true,
      okText: answers.yes,
      cancelText: answers.no,
      onClose: (isYes) => { resolve(isYes === true); },
    });
  });
}
