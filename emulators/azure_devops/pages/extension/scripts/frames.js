/**
 * Frames with pages of the extension: handshake, tokens, loading, failure, resizing and theme.
 *
 * https://learn.microsoft.com/azure/devops/extend/develop/core-sdk
 */
import { Channel } from "./channel.js";
import { element } from "./elements.js";
import { page, token } from "./page.js";
import { serviceOf } from "./services.js";
import { currentTheme, variables } from "./themes.js";

const SANDBOX = "allow-scripts allow-same-origin allow-forms allow-popups allow-downloads allow-modals";
const HANDSHAKE_SECONDS = 5;
const frames = new Set();

/**
 * Shows the page of a contribution inside *parent* and returns its frame. *configuration* is what the page gets from
 * `SDK.getConfiguration()`; *onResize* is called with the width and height that the page asks for.
 */
export function showContribution(id, parent, { configuration = {}, onResize = () => {} } = {}) {
  const contribution = page.contributions[id];
  if (!contribution) throw new Error(`There is no contribution ${id}.`);
  if (!contribution.isBuilt) throw new Error(page.notBuilt);
  return new Frame(id, contribution, parent, configuration, onResize);
}

/** Tells every frame that the theme has changed. */
export function sendTheme() {
  for (const frame of frames) {
    const data = variables(currentTheme());
    frame.channel.call("DevOps.SdkClient", "dispatchEvent", ["themeChanged", { detail: { data } }]);
  }
}

class Frame {
  #settle;
  #hasBegun = false;

  constructor(id, contribution, parent, configuration, onResize) {
    this.id = id;
    this.configuration = configuration;
    this.status = element("p", { class: "extension-status", role: "status", text: "Loading\u2026" });
    const title = contribution.properties.name ?? page.title;
    this.iframe = element("iframe", { sandbox: SANDBOX, title, src: contribution.url, "data-contribution": id });
    parent.append(this.status, this.iframe);
    this.loaded = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.loaded.catch(() => {}); // shown in the frame's place; callers that care wait for it themselves
    this.channel = new Channel(this.iframe, page.filesOrigin);
    this.channel.register("DevOps.HostControl", this.#hostControl(onResize));
    this.channel.register("DevOps.ServiceManager", { getService: (service) => serviceOf(service, this) });
    frames.add(this);
    this.iframe.addEventListener("load", () => this.#expectHandshake());
  }

  /** Removes the frame from the page. */
  remove() {
    frames.delete(this);
    this.channel.close();
    this.iframe.remove();
    this.status.remove();
  }

  #hostControl(onResize) {
    return {
      initialHandshake: (options) => this.#handshake(options ?? {}),
      notifyLoadSucceeded: () => this.#show(),
      notifyLoadFailed: (reason) => this.#fail(reason),
      getAccessToken: async () => ({ token: await token("access") }),
      getAppToken: async () => ({ token: await token("app") }),
      resize: (width, height) => onResize(width, height),
    };
  }

  /** Lets the frame fail if its page, which has come from the server or not, does not speak to this one. */
  #expectHandshake() {
    if (this.#hasBegun) return;
    setTimeout(() => !this.#hasBegun && this.#fail(`${this.iframe.src} does not answer`), HANDSHAKE_SECONDS * 1000);
  }

  #handshake({ loaded, applyTheme }) {
    this.#hasBegun = true;
    if (loaded !== false) queueMicrotask(() => this.#show());
    return {
      contributionId: this.id,
      initialConfig: this.configuration,
      themeData: applyTheme === false ? undefined : variables(currentTheme()),
      context: {
        extension: page.extension,
        user: page.user,
        host: page.host,
        pageContext: {
          globalization: globalization(),
          timeZonesConfiguration: { daylightSavingsAdjustments: [] },
          webContext: { project: page.project, team: page.team },
        },
      },
    };
  }

  #show() {
    this.status.hidden = true;
    this.iframe.dataset.loaded = "true";
    this.#settle.resolve();
  }

  #fail(reason) {
    const words = typeof reason === "string" ? reason : reason?.message;
    const text = `${page.title} failed to load${words ? `: ${words}` : "."}`;
    this.status.replaceWith((this.status = element("p", { class: "extension-status problem", role: "alert", text })));
    this.#settle.reject(new Error(text));
  }
}

function globalization() {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return {
    culture: "en-US",
    explicitTheme: page.explicitTheme,
    theme: currentTheme(),
    timeZoneId: timeZone,
    timezoneOffset: -new Date().getTimezoneOffset() * 60_000,
    typeAheadDisabled: false,
  };
}
