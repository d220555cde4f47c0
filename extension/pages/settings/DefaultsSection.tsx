/**
 * What the dialog proposes: agent, model, prompt template and pull request.
 *
 * @packageDocumentation
 */
import type { AgentList } from "../app/answers";
import { nextStep } from "../parts/next_step";
import { ProblemCard } from "../parts/ProblemCard";

import { SelectField, TextField, type Option } from "../parts/fields";
import { DRAFTS, fieldProps, placeholderOf } from "./inherited";
import type { AppLists } from "./lists";
import { Section } from "./Section";
import type { Form } from "./use_form";

/** What the section needs. */
export interface DefaultsProps {
  readonly form: Form;
  readonly isProject: boolean;
  readonly lists: AppLists;
}

/** Shows the defaults; names that the app does not list can be typed, since it may not be reachable now. */
export function DefaultsSection(props: DefaultsProps) {
  const { agents, templates } = props.lists;
  const failed = [agents, templates].find((list) => list.problem);
  return (
    <Section id="defaults" title="Defaults" about="The dialog proposes these values; everybody can choose others for a run.">
      {agents.isLoading && <p className="ac-field-hint" role="status">Reading the agents from the app…</p>}
      {failed?.problem && (
        <ProblemCard
          problem={failed.problem}
          next={`${nextStep(failed.problem)} Until then you can type the names.`.trim()}
          retry={() => { agents.retry(); templates.retry(); }}
        />
      )}
      <AgentField {...props} />
      <ModelField {...props} />
      <TemplateField {...props} />
      <PullRequestFields {...props} />
    </Section>
  );
}

function AgentField({ form, isProject, lists }: DefaultsProps) {
  const agents = lists.agents.value;
  const fallback = agents ? `${agents.default} (default of the app)` : "Default of the app";
  return (
    <TextField
      {...fieldProps(form, "agentType", isProject)} value={form.settings.agentType ?? ""} suggestions={agentOptions(agents)}
      onChange={(value) => { form.set("agentType", value); }} hint={agentHint(agents, chosenAgent(form, agents))}
      placeholder={placeholderOf(form.inherited.agentType, fallback)}
    />
  );
}

function ModelField({ form, isProject, lists }: DefaultsProps) {
  const agents = lists.agents.value;
  const chosen = chosenAgent(form, agents);
  const agent = agents?.value.find(({ agentType }) => agentType === chosen);
  const { model } = form.settings;
  return (
    <TextField
      {...fieldProps(form, "model", isProject)} value={model ?? ""} suggestions={plain(agent?.models)}
      onChange={(value) => { form.set("model", value); }}
      placeholder={placeholderOf(form.inherited.model, agent ? `${agent.defaultModel} (default of the agent)` : "Default of the agent")}
      hint={model && agent && !agent.models.includes(model) ? `${agent.name} does not list this model.` : undefined}
    />
  );
}

function TemplateField({ form, isProject, lists }: DefaultsProps) {
  return (
    <TextField
      {...fieldProps(form, "template", isProject)} value={form.settings.template ?? ""} suggestions={plain(lists.templates.value)}
      onChange={(value) => { form.set("template", value); }} placeholder={placeholderOf(form.inherited.template, "Default of the app")}
    />
  );
}

function chosenAgent({ settings, inherited }: Form, agents: AgentList | undefined): string | undefined {
  return settings.agentType ?? inherited.agentType ?? agents?.default;
}

function PullRequestFields({ form, isProject }: DefaultsProps) {
  const { settings, inherited, set } = form;
  const creates = { yes: "Yes", no: "No" };
  return (
    <>
      <SelectField
        {...fieldProps(form, "createPullRequest", isProject)} value={yesNo(settings.createPullRequest) ?? ""}
        options={options(creates, yesNo(inherited.createPullRequest), "yes")}
        onChange={(value) => { set("createPullRequest", value ? value === "yes" : undefined); }}
      />
      <SelectField
        {...fieldProps(form, "draft", isProject)} value={settings.draft ?? ""} options={options(DRAFTS, inherited.draft, "default")}
        onChange={(value) => { set("draft", value in DRAFTS ? (value as keyof typeof DRAFTS) : undefined); }}
      />
    </>
  );
}

function options<K extends string>(texts: Readonly<Record<K, string>>, inherited: K | undefined, fallback: K): readonly Option[] {
  const first = inherited === undefined ? `Not set: ${texts[fallback]}` : `Inherited: ${texts[inherited]}`;
  return [{ value: "", label: first }, ...Object.entries<string>(texts).map(([value, label]) => ({ value, label }))];
}

function yesNo(value: boolean | undefined): "yes" | "no" | undefined {
  if (value === undefined) return undefined;
  return value ? "yes" : "no";
}

function agentOptions(agents: AgentList | undefined): readonly Option[] {
  return (agents?.value ?? []).map(({ agentType, name, available }) => ({
    value: agentType,
    label: available ? name : `${name} (not available)`,
  }));
}

function agentHint(agents: AgentList | undefined, chosen: string | undefined): string | undefined {
  if (!agents || chosen === undefined) return undefined;
  const agent = agents.value.find(({ agentType }) => agentType === chosen);
  if (!agent) return `The app has no agent ${chosen}. It has ${agents.value.map(({ agentType }) => agentType).join(", ")}.`;
  return agent.available ? undefined : `${agent.name} is not available: ${agent.reason}`;
}

function plain(values: readonly string[] | undefined): readonly Option[] {
  return (values ?? []).map((value) => ({ value, label: value }));
}
