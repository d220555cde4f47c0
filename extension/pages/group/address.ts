/**
 * The app's address of the project, read once and again when that failed.
 *
 * @packageDocumentation
 */
import { useEffect, useState } from "react";

import { defaultAddress } from "../app/address";
import type { Problem } from "../app/client";
import { effectiveSettings } from "../host/documents";

/** The address, or why it is not known yet. */
export interface AddressState {
  readonly address?: string;
  readonly problem?: Problem;
  readonly retry: () => void;
}

/** Reads the address from the settings of the project. */
export function useAddress(projectId: string): AddressState {
  const [tries, setTries] = useState(1);
  const [found, setFound] = useState<{ readonly address: string } | { readonly problem: Problem } | undefined>();
  useEffect(() => {
    let isStopped = false;
    effectiveSettings(projectId).then(
      ({ functionUrl }) => { if (!isStopped) setFound({ address: functionUrl?.trim() || defaultAddress() }); },
      () => { if (!isStopped) setFound({ problem: unreadable }); },
    );
    return () => { isStopped = true; };
  }, [projectId, tries]);
  const retry = (): void => {
    setFound(undefined);
    setTries(tries + 1);
  };
  return { ...found, retry };
}

const unreadable: Problem = {
  status: 0,
  code: "settings",
  message: "The settings of Autocoder could not be read from Azure DevOps. Reload the page, or try again in a minute.",
};
