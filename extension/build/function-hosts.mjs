/** The hosts of function apps that the pages may call: fixed at build time, because people's tokens are sent there. */

const EXAMPLE = "autocoder.azurewebsites.net";

/** Returns the hosts in *text*, which are separated by commas. Throws `Error` with what to do when one is wrong. */
export function readHosts(text) {
  const hosts = (text ?? "").split(",").map((host) => host.trim()).filter(Boolean);
  if (hosts.length === 0) {
    throw new Error(
      "EXTENSION_FUNCTION_HOSTS is empty. Name the host of your function app, to which the extension's pages " +
        `may send people's tokens: make extension FUNCTION_HOSTS=${EXAMPLE}`,
    );
  }
  return [...new Set(hosts.map(checked))];
}

/** Tells whether *host* is this machine, which is the only one that is called without TLS. */
export function isLoopback(host) {
  return ["127.0.0.1", "localhost"].includes(host.replace(/:\d+$/, ""));
}

function checked(host) {
  const url = /^[^/?#@\\%\s]+$/.test(host) && URL.canParse(`https://${host}`) && new URL(`https://${host}`);
  if (url && /^[a-z0-9.-]+$/.test(url.hostname)) return url.host;
  throw new Error(`'${host}' in FUNCTION_HOSTS is not a host. Give hosts without https:// and path, such as ${EXAMPLE}.`);
}
