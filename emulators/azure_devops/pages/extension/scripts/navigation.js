/**
 * Services about the address of the page, the organisation's address, and the project.
 *
 * https://learn.microsoft.com/azure/devops/extend/develop/host-navigation
 * https://learn.microsoft.com/javascript/api/azure-devops-extension-api/ilocationservice
 */
import { openTab, webAddress } from "./elements.js";
import { page } from "./page.js";

/** The service `ms.vss-features.host-navigation-service`. */
export function navigationService() {
  return {
    getHash: () => location.hash.slice(1),
    setHash: (hash) => void (location.hash = hash),
    replaceHash: (hash) => history.replaceState(null, "", `#${hash}`),
    onHashChanged: (changed) => window.addEventListener("hashchange", () => changed(location.hash.slice(1))),
    getQueryParams: () => Object.fromEntries(new URLSearchParams(location.search)),
    setQueryParams,
    navigate: (url) => location.assign(webAddress(url)),
    openNewWindow: openTab,
    reload: () => location.reload(),
    setDocumentTitle: (title) => void (document.title = title),
  };
}

/** The service `ms.vss-features.location-service`; all areas and services are on the organisation's host. */
export function locationService() {
  return {
    getServiceLocation: () => page.organizationUrl,
    getResourceAreaLocation: () => page.organizationUrl,
  };
}

/** The service `ms.vss-tfs-web.tfs-page-data-service`. */
export function projectService() {
  return { getProject: () => page.project ?? undefined };
}

function setQueryParams(parameters) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(parameters)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  history.pushState(null, "", `?${query}${location.hash}`);
}
