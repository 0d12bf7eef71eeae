// @ts-check
/**
 * Messages to the server: one at a time, in order, tried again until they are answered.
 *
 * @typedef {{ok: true} | {ok: false, reason: "offline" | "server"}} Condition
 */

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;
const WORTH_PACKING = 4096;
/** So long an answer may take: a connection that hangs never fails by itself. */
const PATIENCE = 60000;
/** Refusals that hold for a moment only. */
const PASSING = ["attempt-busy"];
/** Browsers keep at most 64 KiB of a page's requests alive after it has gone. */
export const LAST_WORDS = 60 * 1024;

/** The server has understood and says no. */
export class Refusal extends Error {
  /** @param {number} status @param {{code?: string, detail?: string}} problem */
  constructor(status, problem) {
    super(problem.detail);
    this.status = status;
    this.code = problem.code ?? "";
  }
}

export class Transport {
  /**
   * @param {{base: string, onCondition?: (condition: Condition) => void, fetch?: typeof fetch,
   *   sleep?: (ms: number) => Promise<void>, random?: () => number}} parts
   */
  constructor({ base, onCondition = () => {}, fetch: send, sleep = pause, random = Math.random }) {
    this.base = base;
    this.onCondition = onCondition;
    this.send = send ?? ((url, options) => fetch(url, options));
    this.sleep = sleep;
    this.random = random;
    this.stopped = false;
    /** @type {Promise<unknown>} */
    this.queue = Promise.resolve();
  }

  /**
   * The body is made when its turn has come, so that it holds what the answer before has changed.
   * @param {string} path @param {() => object | null} body null: there is nothing to say any more
   * @returns {Promise<any>}
   */
  post(path, body) {
    const turn = this.queue.then(() => {
      const made = this.stopped ? null : body();
      return made && this.insist(path, JSON.stringify(made));
    });
    this.queue = turn.catch(() => {});
    return turn;
  }

  /** @param {string} path @param {string} text */
  async insist(path, text) {
    for (let attempt = 0; !this.stopped; attempt += 1) {
      const answer = await this.once(path, text);
      if (answer) return answer;
      const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt);
      await this.sleep(wait * (0.75 + this.random() / 2));
    }
    return null;
  }

  /** @param {string} path @param {string} text @returns {Promise<any>} null: try again */
  async once(path, text) {
    let response;
    try {
      response = await this.send(this.base + path, { ...(await packed(text)), signal: AbortSignal.timeout(PATIENCE) });
      if (response.ok) {
        const answer = await response.json();
        this.onCondition({ ok: true });
        return answer;
      }
    } catch {
      this.onCondition({ ok: false, reason: "offline" });
      return null;
    }
    const problem = await response.json().catch(() => ({}));
    if (meant(response.status, problem?.code)) throw new Refusal(response.status, problem);
    this.onCondition({ ok: false, reason: "server" });
    return null;
  }

  /** The page is going: no answer will be read. False: too long to leave with it. @param {string} path @param {object} body */
  lastWords(path, body) {
    let text = JSON.stringify(body);
    // What content called is the first to stay behind.
    if (text.length > LAST_WORDS / 2) text = JSON.stringify(body, (name, value) => (name === "calls" ? undefined : value));
    const keepalive = new Blob([text]).size <= LAST_WORDS;
    try {
      this.send(this.base + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: text, keepalive }).catch(() => {});
    } catch {
      return false;
    }
    return keepalive;
  }

  /** Nothing is sent from now on, and nothing waits. */
  stop() {
    this.stopped = true;
  }
}

/**
 * Whether it is our server that says no, and will again. What stands between, a proxy or the portal of a network, has no codes of ours.
 * @param {number} status @param {unknown} code
 */
function meant(status, code) {
  const passing = status >= 500 || status === 408 || status === 429 || PASSING.includes(String(code));
  return !passing && typeof code === "string";
}

/** @param {string} text @returns {Promise<RequestInit>} */
async function packed(text) {
  /** @type {Record<string, string>} */
  const headers = { "Content-Type": "application/json" };
  if (text.length < WORTH_PACKING || typeof CompressionStream === "undefined") return { method: "POST", headers, body: text };
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  headers["Content-Encoding"] = "gzip";
  return { method: "POST", headers, body: await new Response(stream).blob() };
}

/** Until the time is over, or the network is back. @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", done);
      resolve();
    }
    globalThis.addEventListener?.("online", done);
  });
}
