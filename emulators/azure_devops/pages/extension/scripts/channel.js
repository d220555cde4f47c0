/**
 * Calls between this page and a frame: `{id, instanceId, methodName, params}` asks, `{id, result | error}` answers.
 *
 * A message counts only if it comes from the frame's own window and from the origin of the extension's files. The
 * frame does not know the page's origin; it trusts whoever returns the handshake token of its first call.
 *
 * https://github.com/microsoft/azure-devops-extension-sdk, package azure-devops-extension-sdk 5.0.0
 */
import { decoded, encoded } from "./messages.js";

const FUNCTIONS = "__proxyFunctions";
const channels = new Set();

window.addEventListener("message", (event) => {
  for (const channel of channels) {
    if (channel.sent(event)) channel.receive(event.data);
  }
});

/** The page's end of the connection with one frame. */
export class Channel {
  #objects = new Map();
  #functions = new Map();
  #waiting = new Map();
  #calls = 0;

  constructor(frame, origin) {
    this.frame = frame;
    this.origin = origin;
    channels.add(this);
  }

  /** Ends the connection; calls that are still waiting get no answer. */
  close() {
    channels.delete(this);
  }

  /** Lets the frame call the methods of *object*. */
  register(id, object) {
    this.#objects.set(id, object);
  }

  /** Calls a method of an object that the frame has registered, and returns its result. */
  call(instanceId, methodName, params = [], { instanceContext, keepsUnderscores = false } = {}) {
    const id = ++this.#calls;
    const settings = keepsUnderscores ? { includeUnderscoreProperties: true } : undefined;
    const sent = this.#encoded(params, keepsUnderscores);
    this.#send({ id, methodName, instanceId, instanceContext, params: sent, serializationSettings: settings });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Returns an object that the frame has registered; its methods call the frame. */
  remoteObject(instanceId, instanceContext) {
    return this.call(instanceId, "", undefined, { instanceContext });
  }

  /** Whether *event* is a message of this frame. */
  sent(event) {
    return event.source === this.frame.contentWindow && event.origin === this.origin;
  }

  /** Carries out a call of the frame, or gives its answer to the call that waits for it. */
  receive(data) {
    const message = parsed(data);
    if (!message) return;
    if (message.instanceId) {
      void this.#answer(message);
      return;
    }
    const call = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (!call) return;
    if (message.error) call.reject(this.#decoded([message.error])[0]);
    else call.resolve(this.#decoded([message.result])[0]);
  }

  async #answer(message) {
    const answer = { id: message.id, handshakeToken: message.handshakeToken };
    const keeps = message.serializationSettings?.includeUnderscoreProperties === true;
    try {
      this.#send({ ...answer, result: this.#encoded([await this.#result(message)], keeps)[0] });
    } catch (error) {
      this.#send({ ...answer, error: this.#encoded([error], keeps)[0] });
    }
  }

  #result({ instanceId, methodName, params }) {
    const object = instanceId === FUNCTIONS ? Object.fromEntries(this.#functions) : this.#objects.get(instanceId);
    if (!object) throw new Error(`The registered object ${instanceId} could not be found.`);
    if (!methodName) return object;
    const method = Object.hasOwn(object, methodName) ? object[methodName] : undefined;
    if (typeof method !== "function") throw new Error(`RPC method not found: ${methodName}`);
    return method(...this.#decoded(params ?? []));
  }

  #encoded(values, keepsUnderscores) {
    const keep = (called) => {
      const number = this.#functions.size + 1;
      this.#functions.set(`proxy${number}`, called);
      return number;
    };
    return values && encoded(values, keep, keepsUnderscores);
  }

  #decoded(values) {
    const call = (number, params) => this.call(FUNCTIONS, `proxy${number}`, params, { keepsUnderscores: true });
    return decoded(values, call);
  }

  #send(message) {
    this.frame.contentWindow?.postMessage(JSON.stringify(message), this.origin);
  }
}

function parsed(data) {
  try {
    const message = typeof data === "string" ? JSON.parse(data) : undefined;
    return message && typeof message === "object" ? message : undefined;
  } catch {
    return undefined; // a message of something else, such as a tool of the browser
  }
}
