/**
 * The services of the work item form. The page has one form, whose title and main text a person can change; other
 * methods that write are not covered.
 *
 * https://learn.microsoft.com/javascript/api/azure-devops-extension-api/iworkitemformservice
 */
import { openWorkItem, refreshForm, resetForm, saveForm, unsavedFields } from "./form_page.js";
import { page } from "./page.js";

const NOT_COVERED = [
  "addWorkItemRelations", "beginSaveWorkItem", "clearError", "getAllowedFieldValues", "getFields", "getInvalidFields",
  "getWorkItemRelationTypes", "removeWorkItemRelations", "setError", "setFieldValue", "setFieldValues",
]; // prettier-ignore

/** The service `ms.vss-work-web.work-item-form`; without an open work item its methods fail. */
export function formService() {
  const refused = NOT_COVERED.map((name) => [
    name,
    () => {
      throw new Error(`${name} is not covered by the emulated work item form.`);
    },
  ]);
  return {
    ...Object.fromEntries(refused),
    hasActiveWorkItem: () => Boolean(page.workItem),
    getId: () => open().id,
    getRevision: () => open().rev,
    isNew: () => !open(),
    isValid: () => Boolean(open()),
    isDirty: () => Boolean(open()) && Object.keys(unsavedFields()).length > 0,
    getDirtyFields: () => open() && Object.keys(unsavedFields()).map((referenceName) => ({ referenceName })),
    getFieldValue: (name, options) => values(options)[name],
    getFieldValues: (names, options) => Object.fromEntries(names.map((name) => [name, values(options)[name]])),
    getIdentityFieldValue: (name) => open().identities[name],
    getWorkItemRelations: () => open().relations,
    getWorkItemResourceUrl: (id) => `${page.organizationUrl}_apis/wit/workItems/${Number(id)}`,
    save: () => open() && saveForm(),
    refresh: () => open() && refreshForm(),
    reset: () => open() && resetForm(),
  };
}

/** The service `ms.vss-work-web.work-item-form-navigation-service`; a new work item is not covered. */
export function formNavigationService() {
  return {
    openWorkItem: (id, openInNewTab) => openWorkItem(Number(id), openInNewTab === true),
    openNewWorkItem: () => {
      throw new Error("openNewWorkItem is not covered by the emulated work item form.");
    },
  };
}

function open() {
  if (!page.workItem) throw new Error("There is no active work item.");
  return page.workItem;
}

/** Returns the fields; *options* is `{returnOriginalValue}`, or true, for those that are saved. */
function values(options) {
  const isOriginal = options === true || options?.returnOriginalValue === true;
  return isOriginal ? open().fields : { ...open().fields, ...unsavedFields() };
}
