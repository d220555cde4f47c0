/**
 * What the server says about this page: the extension and its contributions, the viewer, organisation and project.
 *
 * https://learn.microsoft.com/azure/devops/extend/develop/auth
 */
export const page = JSON.parse(document.getElementById("extension-host").textContent);

/** Returns a token for the viewer; *kind* is `access` (of the person) or `app` (of the extension). */
export async function token(kind) {
  const body = JSON.stringify({ kind, person: page.user.id, token: page.formToken });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(page.tokensPath, { method: "POST", headers, body });
  const { value, message } = await answer.json();
  if (!answer.ok) throw new Error(message);
  return value;
}
