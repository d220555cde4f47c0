/**
 * Why nothing can be started at all, whatever is in the form.
 *
 * @packageDocumentation
 */
import { allowedHosts, checkAddress } from "../../app/address";
import type { Problem } from "../../app/client";

import { withNextStep } from "../runs/problems";
import type { Sources } from "./sources";

/** Returns the problem that keeps every run from being started, if there is one. */
export function blockingProblem({ form, known, address, settings, items }: Sources): Problem | undefined {
  if (settings.value && form.through === "directly") {
    const problem = addressProblem(address);
    if (problem) return problem;
  }
  const projects = [...new Set((items.value ?? []).filter((item) => !item.isMissing).map((item) => item.project))];
  if (projects.length > 1) return mixed(projects);
  if (known.items?.every((item) => item.isMissing)) return missing(known.items.length);
  return undefined;
}

function addressProblem(address: string): Problem | undefined {
  if (allowedHosts().length === 0) {
    const message =
      "Autocoder is not configured: this extension was built without the host of the function app. Ask an administrator " +
      "to install a package that was built with FUNCTION_HOSTS.";
    return { status: 0, code: "no_hosts", message };
  }
  const checked = checkAddress(address);
  return "reason" in checked ? withNextStep({ status: 0, code: "address", message: checked.reason }) : undefined;
}

function mixed(projects: readonly string[]): Problem {
  const message = `The selected work items belong to several projects (${projects.join(", ")}). Select work items of one project.`;
  return { status: 0, code: "several_projects", message };
}

function missing(count: number): Problem {
  const message =
    count === 1
      ? "This work item was deleted, or you are not allowed to see it. Check that you can open it."
      : "These work items were deleted, or you are not allowed to see them. Check that you can open them.";
  return { status: 404, code: "missing_item", message };
}
