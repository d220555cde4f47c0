/**
 * The extension's documents, kept by Azure DevOps; every call carries the token that the extension's page gave.
 *
 * https://learn.microsoft.com/azure/devops/extend/develop/data-storage
 * https://learn.microsoft.com/rest/api/azure/devops/extensionmanagement
 */
import { page } from "./page.js";

const VERSION = "7.1-preview.1";
const SETTINGS = "$settings"; // the collection of single values
const OWN_SCOPES = { default: "Current", user: "Me" };

/** The service `ms.vss-features.extension-data-service`. */
export function extensionDataService() {
  return { getExtensionDataManager: (extensionId, accessToken) => dataManager(extensionId, accessToken) };
}

function dataManager(extensionId, accessToken) {
  const send = (...call) => sendDocument(extensionId, accessToken, ...call);
  const getDocument = (collection, id, options) => send("GET", collection, options, id);
  const setDocument = (collection, content, options) => send("PUT", collection, options, "", content);
  return {
    getDocument,
    setDocument,
    getDocuments: async (collection, options) => (await send("GET", collection, options)).value,
    createDocument: (collection, content, options) => send("POST", collection, options, "", content),
    updateDocument: (collection, content, options) => send("PATCH", collection, options, "", content),
    deleteDocument: (collection, id, options) => send("DELETE", collection, options, id),
    getValue: (key, options) => getValue(getDocument, key, options),
    setValue: async (key, value, options) => {
      const kept = await setDocument(SETTINGS, { id: key, __etag: -1, value }, options);
      return kept.value;
    },
  };
}

async function getValue(getDocument, key, options) {
  try {
    return (await getDocument(SETTINGS, key, options)).value ?? options?.defaultValue;
  } catch (error) {
    if (error.status === 404) return options?.defaultValue;
    throw error;
  }
}

async function sendDocument(extensionId, accessToken, method, collection, options, id = "", content = undefined) {
  const body = content && JSON.stringify(content);
  const headers = { Accept: `application/json;api-version=${VERSION}`, Authorization: `Bearer ${accessToken}` };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(address(extensionId, collection, options, id), { method, headers, body });
  const text = await answer.text();
  if (!answer.ok || answer.status === 203) throw failure(answer, text);
  return text ? JSON.parse(text) : undefined;
}

function address(extensionId, collection, options, id) {
  const [publisher, extension] = extensionId.split(".");
  const scopeType = options?.scopeType || "Default";
  const scopeValue = options?.scopeValue || OWN_SCOPES[scopeType.toLowerCase()] || "Current";
  const parts = ["InstalledExtensions", publisher, extension, "Data", "Scopes", scopeType, scopeValue];
  const path = [...parts, "Collections", collection, "Documents", ...(id ? [id] : [])].map(encodeURIComponent);
  return `${page.organizationUrl}_apis/ExtensionManagement/${path.join("/")}`;
}

/** Returns the error of an answer, with its status and what the service says about it. */
function failure(answer, text) {
  let serverError;
  try {
    serverError = JSON.parse(text);
  } catch {
    serverError = { message: `Azure DevOps answered with status ${answer.status}.` };
  }
  return Object.assign(new Error(serverError.message), { status: answer.status, serverError });
}
