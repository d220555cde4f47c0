/**
 * The function URL: where the app runs.
 *
 * @packageDocumentation
 */
import { allowedHosts, checkAddress, defaultAddress } from "../app/address";

import { TextField } from "../parts/fields";
import { fieldProps, placeholderOf } from "./inherited";
import { Section } from "./Section";
import type { Form } from "./use_form";

/** Lets a person choose among the addresses that the package was built for, and says why others are refused. */
export function ConnectionSection({ form, isProject }: { readonly form: Form; readonly isProject: boolean }) {
  const hosts = allowedHosts();
  const origins = hosts.map((host) => defaultAddress([host]));
  const inherited = form.inherited.functionUrl;
  const isRefused = inherited !== undefined && form.settings.functionUrl === undefined && "reason" in checkAddress(inherited);
  return (
    <Section id="connection" title="Function app" about={
      "The pages send people's access tokens to this address, and every user of the organization can write these " +
      "settings. So the hosts are fixed when the extension is built, and other addresses are refused."
    }>
      <TextField
        {...fieldProps(form, "functionUrl", isProject)}
        value={form.settings.functionUrl ?? ""}
        onChange={(value) => { form.set("functionUrl", value); }}
        placeholder={placeholderOf(inherited, defaultAddress() || "https://autocoder.azurewebsites.net")}
        suggestions={origins.map((origin) => ({ value: origin, label: origin }))}
        hint={hosts.length ? `Allowed hosts: ${hosts.join(", ")}` : "This extension was built without a host; build it with FUNCTION_HOSTS."}
      />
      {isRefused && <p className="ac-field-error" role="alert">The organization&apos;s function URL is refused: its host is not allowed. Choose another one here.</p>}
    </Section>
  );
}
