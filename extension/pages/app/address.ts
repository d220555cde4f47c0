/**
 * The app's address. Its host is fixed when the package is built, because tokens of people are sent there.
 *
 * @packageDocumentation
 */

/** Hosts that the package was built for: `EXTENSION_FUNCTION_HOSTS` of `build.mjs`. */
declare const __FUNCTION_HOSTS__: readonly string[];

/** Returns the hosts, with ports, that may be called. */
export function allowedHosts(): readonly string[] {
  return __FUNCTION_HOSTS__;
}

/** Returns the address of the first allowed host, which is used when no setting names one; empty without any. */
export function defaultAddress(hosts: readonly string[] = allowedHosts()): string {
  const [first] = hosts;
  return first === undefined ? "" : `${isLoopback(first) ? "http" : "https"}://${first}`;
}

const NO_HOSTS =
  "This extension was built without the host of the function app, so it may call none. Ask an administrator to install a " +
  "package that was built with FUNCTION_HOSTS.";

/** Returns the origin of *text* if it may be called, else why not. */
export function checkAddress(
  text: string,
  hosts: readonly string[] = allowedHosts(),
): { readonly origin: string } | { readonly reason: string } {
  const url = URL.parse(text.trim());
  if (url === null) return { reason: "The function URL is not a URL. It looks like https://autocoder.azurewebsites.net." };
  if (hosts.length === 0) return { reason: NO_HOSTS };
  if (!hosts.includes(url.host)) {
    return { reason: `This extension may call only ${hosts.join(", ")}, not ${url.host}. The hosts are fixed when the extension is built.` };
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.host))) {
    return { reason: "The function URL must begin with https://." };
  }
  return { origin: url.origin };
}

function isLoopback(host: string): boolean {
  return ["127.0.0.1", "localhost"].includes(host.replace(/:\d+$/, ""));
}
