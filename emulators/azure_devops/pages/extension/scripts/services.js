/**
 * The services that `SDK.getService` returns, by their ids. An unknown id is refused.
 *
 * https://learn.microsoft.com/azure/devops/extend/develop/core-sdk
 */
import { extensionDataService } from "./extension_data.js";
import { globalMessagesService } from "./global_messages.js";
import { layoutService } from "./layout.js";
import { locationService, navigationService, projectService } from "./navigation.js";
import { formNavigationService, formService } from "./work_item_form.js";

const SERVICES = {
  "ms.vss-features.extension-data-service": extensionDataService,
  "ms.vss-features.host-navigation-service": navigationService,
  "ms.vss-features.host-page-layout-service": layoutService,
  "ms.vss-features.location-service": locationService,
  "ms.vss-tfs-web.tfs-global-messages-service": globalMessagesService,
  "ms.vss-tfs-web.tfs-page-data-service": projectService,
  "ms.vss-work-web.work-item-form": formService,
  "ms.vss-work-web.work-item-form-navigation-service": formNavigationService,
};

/** Returns the service *id* for *frame*; throws for an id that this page does not serve. */
export function serviceOf(id, frame) {
  if (!Object.hasOwn(SERVICES, id)) throw new Error(`There is no service with the id ${id}.`);
  return SERVICES[id](frame);
}
