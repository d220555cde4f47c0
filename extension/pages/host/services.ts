/**
 * The host's services: layout, navigation, location, project and the work item form. No other module names them.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/host-navigation
 * @packageDocumentation
 */
import type {
  IExtensionDataManager,
  IExtensionDataService,
  IHostNavigationService,
  IHostPageLayoutService,
  ILocationService,
} from "azure-devops-extension-api";
import type { IWorkItemFormService } from "azure-devops-extension-api/WorkItemTracking";
import * as SDK from "azure-devops-extension-sdk";

// Text instead of the enumerations of azure-devops-extension-api, whose modules would be bundled with them.
const DATA = "ms.vss-features.extension-data-service";
const LAYOUT = "ms.vss-features.host-page-layout-service";
const LOCATION = "ms.vss-features.location-service";
const NAVIGATION = "ms.vss-features.host-navigation-service";
const FORM = "ms.vss-work-web.work-item-form";

/** Returns the service that opens dialogs, panels and questions. */
export function layout(): Promise<IHostPageLayoutService> {
  return SDK.getService<IHostPageLayoutService>(LAYOUT);
}

/** Returns the service that opens other pages. */
export function navigation(): Promise<IHostNavigationService> {
  return SDK.getService<IHostNavigationService>(NAVIGATION);
}

/** Returns the form of the open work item; fails on pages without one. */
export function workItemForm(): Promise<IWorkItemFormService> {
  return SDK.getService<IWorkItemFormService>(FORM);
}

/** Returns the organisation's address, with a slash at its end. */
export async function organizationUrl(): Promise<string> {
  const url = await (await SDK.getService<ILocationService>(LOCATION)).getServiceLocation();
  return url.endsWith("/") ? url : `${url}/`;
}

/** Returns the store of the extension's documents. */
export async function extensionData(): Promise<IExtensionDataManager> {
  const service = await SDK.getService<IExtensionDataService>(DATA);
  return service.getExtensionDataManager(SDK.getExtensionContext().id, await SDK.getAccessToken());
}
