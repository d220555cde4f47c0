import { vi } from "vitest";

import { PROJECT } from "./samples";

/** Everything outside the page: the extension's documents, Azure DevOps, and the app. */
export const documents = new Map<string, Record<string, unknown>>();
export const written: unknown[] = [];
export const sent: { readonly method: string; readonly url: URL; readonly headers: Record<string, string>; readonly body: string }[] = [];
const replies = new Map<string, () => Response>();
let refusal: Error | undefined;

export const place = { organization: "fabrikam", projectId: PROJECT, project: "Fabrikam", userName: "Norma" };
export const APP = "https://app.example.com";
export const DEVOPS = "https://dev.azure.com/fabrikam";

const data = {
  getDocument: (_collection: string, id: string) => {
    const found = documents.get(id);
    return found ? Promise.resolve({ ...found }) : Promise.reject(Object.assign(new Error("The document does not exist."), { status: 404 }));
  },
  createDocument: (_collection: string, content: Record<string, unknown>) =>
    documents.has(String(content["id"])) ? Promise.reject(new Error("It exists.")) : write(content, 1),
  setDocument: (_collection: string, content: Record<string, unknown>) => {
    const version = Number(documents.get(String(content["id"]))?.["__etag"] ?? 0);
    return content["__etag"] === version ? write(content, version + 1) : Promise.reject(new Error("The version is old."));
  },
};

function write(content: Record<string, unknown>, version: number): Promise<unknown> {
  if (refusal) return Promise.reject(refusal);
  written.push(structuredClone(content));
  const document = { ...content, __etag: version };
  documents.set(String(content["id"]), document);
  return Promise.resolve(document);
}

export const services = { extensionData: () => Promise.resolve(data), organizationUrl: () => Promise.resolve(`${DEVOPS}/`) };
export const session = { tokens: () => Promise.resolve({ app: "app-token", user: "user-token" }) };

export function refuseWrites(message: string, status = 0): void {
  refusal = Object.assign(new Error(message), { status });
}

export function acceptWrites(): void {
  refusal = undefined;
}

/** Sets replies that follow each other; the last one stays. An error is no answer at all. */
export function onEach(request: string, ...bodies: unknown[]): void {
  let asked = 0;
  replies.set(request, () => {
    const body = bodies[Math.min(asked, bodies.length - 1)];
    asked += 1;
    if (body instanceof Error) throw body;
    return new Response(JSON.stringify(body));
  });
}

/** Sets the reply to a request such as `GET https://host/path`. */
export function on(request: string, body: unknown, status = 200): void {
  replies.set(request, () => new Response(typeof body === "string" ? body : JSON.stringify(body), { status }));
}

export function requests(method: string): string[] {
  return sent.filter((one) => one.method === method).map(({ url }) => url.origin + url.pathname);
}

export function resetWorld(): void {
  documents.clear();
  replies.clear();
  written.length = 0;
  sent.length = 0;
  refusal = undefined;
  localStorage.clear();
  sessionStorage.clear();
  vi.stubGlobal("__FUNCTION_HOSTS__", ["app.example.com", "127.0.0.1:7071"]);
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => answer(new URL(url), init));
  const agent = { agentType: "codex", name: "Codex", available: true, defaultModel: "m1", models: ["m1"], reason: "", isDefault: true };
  on(`GET ${APP}/api/boards/agents`, { count: 1, default: "codex", value: [agent] });
  on(`GET ${APP}/api/boards/templates`, { count: 1, value: ["short"] });
  on(`GET ${APP}/api/boards/repositories`, { count: 1, value: [{ name: "Web", isDefault: true }], isMapped: true });
  on(`GET ${DEVOPS}/${PROJECT}/_apis/git/repositories`, { value: [{ name: "Web" }] });
  on(`GET ${DEVOPS}/${PROJECT}/_apis/wit/classificationnodes/Areas`, { name: "Fabrikam" });
  on(`GET ${DEVOPS}/${PROJECT}/_apis/pipelines`, { value: [{ id: 4, name: "Autocoder", folder: "\\" }] });
}

async function answer(url: URL, init: RequestInit): Promise<Response> {
  const method = init.method ?? "GET";
  sent.push({ method, url, headers: init.headers as Record<string, string>, body: (init.body ?? "") as string });
  const reply = replies.get(`${method} ${url.origin}${url.pathname}`);
  if (!reply) throw new TypeError("Failed to fetch");
  return Promise.resolve(reply());
}
