/**
 * What the person may do, asked as the person.
 *
 * @see https://learn.microsoft.com/rest/api/azure/devops/security/permissions/has-permissions-batch
 * @see https://learn.microsoft.com/azure/devops/organizations/security/namespace-reference
 * @packageDocumentation
 */
import { boolean, list, record } from "../http/shape";

import { request } from "./client";

/** "Edit project-level information", and "Edit instance-level information" of an organisation: bit GENERIC_WRITE of both. */
const GENERIC_WRITE = 2;
const PROJECT = "52d39943-cb85-4d7f-8fa8-c6baac873819";
const COLLECTION = "3e65f728-f8bc-4ecd-8764-7e378b19bfa7";

interface Evaluations {
  readonly evaluations: readonly { readonly value: boolean }[];
}

const EVALUATIONS = record<Evaluations>({ evaluations: list(record<Evaluations["evaluations"][number]>({ value: boolean }, {})) }, {});

/**
 * Returns whether the person may edit what is said of a project, or of the organisation without one, as its
 * administrators may. Throws `AzureDevOpsProblem`; whether an extension's token may ask this is not documented.
 */
export async function mayAdminister(projectId: string): Promise<boolean> {
  const evaluation = projectId
    ? { securityNamespaceId: PROJECT, token: `$PROJECT:vstfs:///Classification/TeamProject/${projectId}` }
    : { securityNamespaceId: COLLECTION, token: "NAMESPACE" };
  const body = { alwaysAllowAdministrators: true, evaluations: [{ ...evaluation, permissions: GENERIC_WRITE }] };
  const { value } = await request("_apis/security/permissionevaluationbatch?api-version=7.1", EVALUATIONS, { method: "POST", body });
  return value.evaluations[0]?.value ?? false;
}
