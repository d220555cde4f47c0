import { vi } from "vitest";

import type { AgentEntry } from "../../../shared/openapi";

export const ADDRESS = "https://app.example.com";
const PROJECT = "3f1c7f0e-1111-4222-8333-444455556666";

export interface Sent {
  readonly request: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly key: string | undefined;
}

export type Reply = { status: number; body: unknown } | "no answer" | "html" | Promise<{ status: number; body: unknown }>;

export const ok = (body: unknown) => ({ status: 200, body });
export const error = (status: number, code: string, message: string, runId: string | null = null) => ({
  status, body: { error: { code, message, details: { id: "", problems: [], runId } } },
});

export const repository = (id: string, name: string, defaultBranch: string | undefined = "refs/heads/main") => ({
  id, name, defaultBranch, project: { id: PROJECT },
});

export const agent = (agentType: string, changes: Partial<AgentEntry> = {}): AgentEntry => ({
  agentType, name: agentType, available: true, defaultModel: "standard", description: "", isDefault: false,
  models: ["standard", "large"], provider: "", reason: "", secret: "", secretState: "present", ...changes,
});

export const item = (id: number, title: string, links: readonly string[] = []) => ({
  id,
  fields: { "System.Title": title, "System.WorkItemType": "Bug", "System.TeamProject": "Doors", "System.AreaPath": "Doors\\Web" },
  relations: links.map((url) => ({ rel: "ArtifactLink", url })),
});

const API = "/fabrikam/Doors/_apis";

/** Stands in for Azure DevOps, the app and the host's documents. */
export class World {
  readonly sent: Sent[] = [];
  readonly documents = new Map<string, object>();
  readonly closed = vi.fn();
  readonly panels: unknown[] = [];
  /** What the host was asked to ask, and whether the person says yes. */
  readonly questions: string[] = [];
  says = true;
  /** Collections of documents that cannot be read. */
  readonly unreadable = new Set<string>();
  items: (ReturnType<typeof item> | null)[] = [item(7, "Fix the door")];
  branches = ["main", "develop"];
  private readonly replies = new Map<string, (sent: Sent) => Reply>();

  constructor() {
    vi.stubGlobal("__FUNCTION_HOSTS__", ["app.example.com"]);
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.answer(new URL(url), init));
    this.on("GET /fabrikam/_apis/wit/workitems", () => ok({ value: this.items }));
    this.on(`GET ${API}/git/repositories`, () => ok({ value: [repository("r1", "web"), repository("r2", "docs")] }));
    this.on("refs", ({ query }) => ok({ value: this.refs(query).map((name) => ({ name: `refs/heads/${name}` })) }));
    this.on("GET /api/boards/agents", () => ok({ count: 1, default: "claude", value: [agent("claude"), agent("crush", { available: false, reason: "its key is missing" })] }));
    this.on("GET /api/boards/repositories", () => ok({ count: 0, value: [], isMapped: false }));
    this.on("GET /api/boards/templates", () => ok({ count: 1, value: ["careful"] }));
    this.on("POST /api/boards/runs", ({ body }) => ({ status: 202, body: { id: `run-${String((body as { workItemId: number }).workItemId)}` } }));
  }

  on(request: string, reply: (sent: Sent) => Reply): void {
    this.replies.set(request, reply);
  }

  /** What *request* is answered with. */
  reply(request: string): Reply {
    const handler = this.replies.get(request);
    if (!handler) throw new Error(`Nothing answers ${request}.`);
    return handler({ request, query: new URLSearchParams(), body: undefined, key: undefined });
  }

  requests(request: string): Sent[] {
    return this.sent.filter((one) => one.request === request);
  }

  private refs(query: URLSearchParams): string[] {
    const prefix = (query.get("filter") ?? "").replace(/^heads\//, "");
    const contains = query.get("filterContains") ?? "";
    const top = Number(query.get("$top") ?? this.branches.length);
    return this.branches.filter((name) => name.startsWith(prefix) && name.includes(contains)).slice(0, top);
  }

  private async answer({ pathname, searchParams }: URL, init: RequestInit): Promise<Response> {
    const request = `${init.method ?? "GET"} ${pathname}`;
    const sent = {
      request, query: searchParams,
      body: typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : undefined,
      key: (init.headers as Record<string, string>)["Idempotency-Key"],
    };
    this.sent.push(sent);
    const handler = this.replies.get(request) ?? (pathname.endsWith("/refs") ? this.replies.get("refs") : undefined);
    const reply = await (handler?.(sent) ?? error(404, "unknown", "Not there."));
    if (reply === "no answer") throw new TypeError("Failed to fetch");
    if (reply === "html") return new Response("<html>Sign in</html>", { status: 200 });
    return new Response(JSON.stringify(reply.body), { status: reply.status });
  }
}

export const current: { world: World } = { world: undefined as unknown as World };

export const session = {
  tokens: () => Promise.resolve({ app: "app-token", user: "user-token" }),
  contributionId: (name: string) => `autocoder.autocoder.${name}`,
  configuration: () => ({ dialog: { close: current.world.closed } }),
};

export const services = {
  organizationUrl: () => Promise.resolve("https://dev.azure.com/fabrikam/"),
  layout: () => Promise.resolve({
    openMessageDialog: (question: string, { onClose }: { onClose: (isYes: boolean) => void }) => {
      current.world.questions.push(question);
      onClose(current.world.says);
    },
    openPanel: (id: string, options: { configuration: unknown }) => current.world.panels.push([id, options.configuration]),
  }),
  extensionData: () => Promise.resolve({
    getDocument: (collection: string, id: string) => {
      const found = current.world.documents.get(`${collection}/${id}`);
      if (current.world.unreadable.has(collection)) return Promise.reject(new Error("The store is closed."));
      return found ? Promise.resolve(found) : Promise.reject(Object.assign(new Error("The document does not exist."), { status: 404 }));
    },
    setDocument: (collection: string, content: { id: string }) => {
      current.world.documents.set(`${collection}/${content.id}`, content);
      return Promise.resolve(content);
    },
    deleteDocument: (collection: string, id: string) => {
      current.world.documents.delete(`${collection}/${id}`);
      return Promise.resolve();
    },
  }),
};
