// @ts-check
/**
 * What the player says, in the language of its page. The texts are the server's; here are their keys, and numbers and times as people
 * write them.
 *
 * @typedef {{language: string, choices: string, texts: Record<string, string | string[]>}} Catalog
 *   `choices`: which form goes with 0, 1, 2 …, a digit each
 * @typedef {{title: string, text: string, action: string}} Notice
 * @typedef {"superseded" | "expired" | "used" | "removed" | "lost"} Kind
 */

const STATUS = {
  passed: "status.passed",
  failed: "status.failed",
  completed: "status.completed",
  incomplete: "status.incomplete",
  "not attempted": "status.new",
};

/** @type {Record<string, Kind>} */
const REASONS = { "attempts-used": "used", "course-removed": "removed" };

export class Words {
  /** @param {Catalog} catalog @param {readonly string[]} [wishes] the browser's languages: one may name a region of the catalog's */
  constructor({ language, choices, texts }, wishes = []) {
    this.texts = texts;
    this.choices = choices;
    this.locale = wishes.find((wish) => wish.split("-")[0] === language.split("-")[0]) ?? language;
  }

  /** The first number costs a browser the tables of a language: as long as a whole page. */
  prepare() {
    this.number(0);
  }

  /** @param {string} key @param {Record<string, string>} [values] @param {number} [count] decides between forms */
  say(key, values = {}, count = 0) {
    const found = this.texts[key];
    const text = typeof found === "string" ? found : found[this.choice(count)];
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  /** From the end of the table on, the last two digits decide; fractions are like two. @param {number} count */
  choice(count) {
    const size = this.choices.length;
    const whole = Number.isInteger(count) ? Math.abs(count) : 2;
    return Number(this.choices[whole < size ? whole : size - 100 + (whole % 100)]);
  }

  /** @param {keyof typeof STATUS} status */
  status(status) {
    return this.say(STATUS[status]);
  }

  /** @param {string} mode */
  mode(mode) {
    return mode === "normal" ? "" : this.say(`mode.${mode}`);
  }

  /** Why nothing goes on, as a notice calls it. @param {{status: number, code: string}} refusal @returns {Kind} */
  reason({ status, code }) {
    return REASONS[code] ?? (status === 404 || status === 410 ? "expired" : "lost");
  }

  /** @param {Kind} kind */
  notice(kind) {
    return this.three(`notice.${kind}`);
  }

  /** @param {string} group @returns {Notice} */
  three(group) {
    const [title, text, action] = ["title", "text", "action"].map((part) => this.say(`${group}.${part}`));
    return { title, text, action };
  }

  /** @param {Date} time */
  saved(time) {
    return this.say("saved", { time: new Intl.DateTimeFormat(this.locale, { timeStyle: "short" }).format(time) });
  }

  /** @param {boolean} online @param {boolean} kept whether this browser keeps what waits */
  trouble(online, kept) {
    if (online) return this.say("trying");
    return this.say(kept ? "offline" : "offline.unkept");
  }

  /** @param {{completion: string, success: string, suspended: boolean}} result */
  verdict({ completion, success, suspended }) {
    const [title, text, mood] = verdict(completion, success, suspended);
    return { title: this.say(title), text: this.say(text), mood };
  }

  /** Names and values of the result. @param {{score: Score | null, seconds: number}} result @returns {[string, string][]} */
  facts({ score, seconds }) {
    /** @type {[string, string][]} */
    const rows = [[this.say("time"), this.span(seconds)]];
    const points = score ? this.points(score) : "";
    return points ? [[this.say("score"), points], ...rows] : rows;
  }

  /**
   * @typedef {{scaled?: number, raw?: number, max?: number}} Score
   * @param {Score} score
   */
  points({ scaled, raw, max }) {
    if (raw !== undefined && max !== undefined && max !== 100) {
      return this.say("score.of", { raw: this.number(raw), max: this.number(max) }, max);
    }
    if (scaled !== undefined) return this.number(scaled, { style: "percent" });
    return raw === undefined ? "" : this.say("score.alone", { raw: this.number(raw) }, raw);
  }

  /** @param {number} seconds */
  span(seconds) {
    const minutes = Math.round(seconds / 60);
    if (minutes < 1) return this.say("time.short");
    if (minutes < 60) return this.number(minutes, { style: "unit", unit: "minute", unitDisplay: "long" });
    const parts = [this.number(Math.floor(minutes / 60), { style: "unit", unit: "hour" })];
    if (minutes % 60) parts.push(this.number(minutes % 60, { style: "unit", unit: "minute" }));
    return new Intl.ListFormat(this.locale, { type: "unit", style: "narrow" }).format(parts);
  }

  /** @param {number} done @param {number} all */
  progress(done, all) {
    return this.say("progress", { done: this.number(done), all: this.number(all) }, all);
  }

  /** @param {number} value @param {Intl.NumberFormatOptions} [options] */
  number(value, options) {
    return new Intl.NumberFormat(this.locale, options).format(value);
  }
}

/** @param {string} completion @param {string} success @param {boolean} suspended @returns {[string, string, "good" | "bad" | "calm"]} */
function verdict(completion, success, suspended) {
  if (success === "passed") return ["passed.title", "passed.text", "good"];
  if (success === "failed" && !suspended) return ["failed.title", "finished.text", "bad"];
  if (completion === "completed") return ["completed.title", "completed.text", "good"];
  return suspended ? ["suspended.title", "suspended.text", "calm"] : ["finished.title", "finished.text", "calm"];
}
