/**
 * Where the app is, and its key: from a service connection of either type, from two inputs, or from two variables.
 *
 * @see https://learn.microsoft.com/azure/devops/pipelines/library/service-endpoints
 * @packageDocumentation
 */
import * as tl from "azure-pipelines-task-lib/task";

import { TaskFailure } from "./failure";

/** The app's address without a slash at its end, and a host key. */
export interface Connection {
  readonly url: string;
  readonly key: string;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const INPUTS = ["autocoderConnection", "genericConnection", "functionUrl"] as const;
/** Variables of the pipeline that are read when no input names a connection. */
const URL_VARIABLE = "AUTOCODER_URL";
const KEY_VARIABLE = "AUTOCODER_KEY";

/** Reads the connection and masks its key. Throws `TaskFailure` when there is none, or several, or a wrong one. */
export function readConnection(): Connection {
  const name = chosen();
  const key = (readKey(name) ?? "").trim();
  if (key) tl.setSecret(key);
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new TaskFailure(`The key of ${name} is missing, or contains characters that no key has.`);
  }
  return { url: checkedUrl(readUrl(name) ?? "", name), key };
}

/** Returns the name of the input, or else of the variable, that gives the connection. */
function chosen(): string {
  const given = INPUTS.filter((input) => tl.getInput(input));
  const [name] = given;
  if (given.length > 1) throw new TaskFailure(`Give one connection instead of several: ${given.join(", ")}.`);
  if (name !== undefined) return name;
  if (tl.getVariable(URL_VARIABLE)) return URL_VARIABLE;
  throw new TaskFailure(
    "There is no connection: give autocoderConnection, genericConnection, or functionUrl with functionKey, " +
      `or set the variables ${URL_VARIABLE} and ${KEY_VARIABLE}.`,
  );
}

function readUrl(name: string): string | undefined {
  if (name === URL_VARIABLE) return tl.getVariable(name);
  const value = tl.getInput(name) ?? "";
  return name === "functionUrl" ? value : tl.getEndpointUrl(value, true);
}

function readKey(name: string): string | undefined {
  if (name === URL_VARIABLE) return tl.getVariable(KEY_VARIABLE);
  if (name === "functionUrl") return tl.getInput("functionKey");
  const id = tl.getInput(name) ?? "";
  const parameter = name === "autocoderConnection" ? "apitoken" : "password";
  return tl.getEndpointAuthorizationParameter(id, parameter, true);
}

/** Returns *text* without slashes at its end. Throws `TaskFailure` where the key would travel in clear text. */
export function checkedUrl(text: string, name: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (!url || !isPrivate(url) || hasMoreThanAPath(url)) {
    throw new TaskFailure(
      `The URL of ${name} must begin with https://, without user name, query and fragment, ` +
        "such as https://my-app.azurewebsites.net.",
    );
  }
  return url.href.replace(/\/+$/, "");
}

function isPrivate(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.has(url.hostname));
}

function hasMoreThanAPath(url: URL): boolean {
  return [url.username, url.password, url.search, url.hash].some((part) => part !== "");
}
