// @ts-check
// cmi5 (Quartz, 1st Edition): one session of an AU, from the fetch URL to "terminated".

const VERB = "http://adlnet.gov/expapi/verbs/";
const CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/";
const EXTENSION = "https://w3id.org/xapi/cmi5/context/extensions/";
const PLACE = "place";

/** @typedef {{success?: boolean, completion?: boolean, score?: {scaled: number, raw: number, min: number, max: number}, response?: string}} Result */

/** Without a launching system every call is harmless. */
export class Session {
  constructor() {
    const given = new URLSearchParams(location.search);
    this.fetch = given.get("fetch") ?? "";
    this.endpoint = (given.get("endpoint") ?? "").replace(/\/*$/, "/");
    this.registration = given.get("registration") ?? "";
    this.activity = given.get("activityId") ?? "";
    this.actor = JSON.parse(given.get("actor") ?? "null");
    this.token = "";
    /** @type {any} what the launching system has prepared */
    this.launch = { launchMode: "Normal", contextTemplate: {} };
    this.started = Date.now();
    this.open = false;
    /** Statements that nobody has acknowledged yet, the oldest first. @type {object[]} */
    this.pending = [];
    /** @type {any} a place that was not sent yet */
    this.unsaved = null;
    /** Messages leave one after the other. @type {Promise<unknown>} */
    this.queue = Promise.resolve();
  }

  /** Sections 8 to 11: token, launch data, preferences; then the first statement. @returns {Promise<boolean>} */
  async begin() {
    if (!this.fetch) return false;
    const answer = await (await fetch(this.fetch, { method: "POST" })).json();
    this.token = answer["auth-token"] ?? "";
    if (!this.token) return false;
    this.launch = await (await this.ask("GET", "activities/state", { stateId: "LMS.LaunchData", registration: this.registration })).json();
    await this.ask("GET", "agents/profile", { profileId: "cmi5LearnerPreferences" });
    this.open = true;
    await this.say("initialized");
    return true;
  }

  /** Whether results are wanted: they are not in browse and review. */
  get counts() {
    return this.open && this.launch.launchMode === "Normal";
  }

  /** @returns {Record<string, any>} */
  get parameters() {
    try {
      return JSON.parse(this.launch.launchParameters ?? "{}");
    } catch {
      return {};
    }
  }

  /** What was kept in an earlier session. @returns {Promise<any>} null: nothing */
  async place() {
    if (!this.open) return null;
    const kept = await (await this.ask("GET", "activities/state", { registration: this.registration })).json();
    if (!kept.includes(PLACE)) return null;
    return (await this.ask("GET", "activities/state", { stateId: PLACE, registration: this.registration })).json();
  }

  /** @param {any} place */
  keep(place) {
    if (!this.counts) return;
    this.unsaved = structuredClone(place);
    this.queue = this.queue.then(() => this.save()).catch(complain);
  }

  async save() {
    const place = this.unsaved;
    if (!place || !this.open) return;
    this.unsaved = null;
    await this.ask("PUT", "activities/state", { stateId: PLACE, registration: this.registration }, place);
  }

  /** Section 9.3: the verbs that are cmi5's own. @param {string} verb @param {Result} [result] @returns {Promise<unknown>} */
  say(verb, result = {}) {
    const judged = verb === "passed" || verb === "failed";
    const moves = judged || verb === "completed";
    const categories = moves ? ["cmi5", "moveon"] : ["cmi5"];
    const timed = verb === "initialized" ? result : { ...result, duration: duration(Date.now() - this.started) };
    const mastery = judged && this.launch.masteryScore !== undefined ? { [`${EXTENSION}masteryscore`]: this.launch.masteryScore } : {};
    return this.send({ id: `${VERB}${verb}`, display: { en: verb } }, { id: this.activity }, timed, categories, mastery);
  }

  /** An answer is no statement of cmi5's own, only allowed by it. @param {string} id @param {any} definition @param {Result} result */
  answered(id, definition, result) {
    const object = { id: `${this.activity}/questions/${id}`, definition };
    if (this.counts) this.send({ id: `${VERB}answered`, display: { en: "answered" } }, object, result, [], {});
  }

  /** Leaves, once. The page may be going: what was not acknowledged is said again with the last word, under the same ids. */
  async end() {
    if (!this.open) return;
    this.save().catch(complain);
    this.open = false;
    this.say("terminated");
    await this.ask("POST", "statements", {}, this.pending).catch(complain);
  }

  /** Back to where the learner came from. */
  async leave() {
    await this.end();
    if (this.launch.returnURL) location.assign(this.launch.returnURL);
  }

  /** @param {object} verb @param {object} object @param {object} result @param {string[]} categories @param {object} extensions */
  send(verb, object, result, categories, extensions) {
    const context = structuredClone(this.launch.contextTemplate);
    context.registration = this.registration;
    context.contextActivities = { ...context.contextActivities };
    if (categories.length) context.contextActivities.category = categories.map((name) => ({ id: CATEGORY + name }));
    context.extensions = { ...context.extensions, ...extensions };
    const statement = { id: unique(), timestamp: new Date().toISOString(), actor: this.actor, verb, object, context };
    if (Object.keys(result).length) Object.assign(statement, { result });
    this.pending.push(statement);
    if (this.open) this.queue = this.queue.then(() => this.deliver()).catch(complain);
    return this.queue;
  }

  async deliver() {
    const leaving = [...this.pending];
    if (!leaving.length || !this.open) return;
    await this.ask("POST", "statements", {}, leaving);
    this.pending = this.pending.filter((statement) => !leaving.includes(statement));
  }

  /** @param {string} method @param {string} resource @param {Record<string, string>} query @param {any} [body] */
  async ask(method, resource, query, body) {
    const about = resource === "activities/state" ? { activityId: this.activity, agent: JSON.stringify(this.actor) } : {};
    const whose = resource === "agents/profile" ? { agent: JSON.stringify(this.actor) } : {};
    const parameters = new URLSearchParams({ ...query, ...about, ...whose });
    const headers = { Authorization: `Basic ${this.token}`, "X-Experience-API-Version": "1.0.3" };
    const content = body === undefined ? {} : { "Content-Type": "application/json" };
    const answer = await fetch(`${this.endpoint}${resource}?${parameters}`, {
      method,
      headers: { ...headers, ...content },
      body: body === undefined ? undefined : JSON.stringify(body),
      keepalive: method !== "GET", // it outlives the page
    });
    if (!answer.ok && answer.status !== 404) throw new Error(`${resource} was answered with ${answer.status}`);
    return answer;
  }
}

/** @param {unknown} error */
function complain(error) {
  console.warn(String(error));
}

/** @param {number} milliseconds @returns {string} as ISO 8601 has it */
function duration(milliseconds) {
  return `PT${(milliseconds / 1000).toFixed(2)}S`;
}

/** A UUID; `crypto.randomUUID` is missing where the page did not come over TLS. */
function unique() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
