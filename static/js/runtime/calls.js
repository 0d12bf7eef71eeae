// @ts-check
/**
 * What content has called, for those who will ask why something is not completed. It travels with the commits; nothing depends on it.
 *
 * @typedef {import("./session.js").CallEntry | import("./session.js").LenientEntry} Entry
 * @typedef {[ms: number, call: string, element: string, value: string, code: number, times?: number]} Row  since the run began; `call` is the
 *   first letter of the function, "~" and the name of a leniency for what that has let through, "-" for a number of rows that are not here any more
 */

/** Rows of one commit; the oldest go first. */
const MOST = 100;
const LONGEST = 120;
const ASKS_FOR_ERRORS = /Get[LED]/;

export class Calls {
  constructor(now = () => Math.round(performance.now())) {
    this.now = now;
    this.opened = now();
    /** @type {Row[]} */
    this.rows = [];
    this.gone = 0;
    /** Something was refused: that is told even if nothing was set. */
    this.urgent = false;
    this.closed = false;
  }

  /** @param {Entry} entry */
  log(entry) {
    if (entry.kind === "lenient") return this.add(`~${entry.leniency}`, entry.element, entry.value, entry.code);
    const { method, args, result, error } = entry;
    if (ASKS_FOR_ERRORS.test(method)) return;
    const sets = method.endsWith("SetValue");
    const call = method[method.startsWith("LMS") ? 3 : 0];
    if (error !== "0" && call !== "G") this.urgent = true;
    this.add(call, args[0] ?? "", sets ? (args[1] ?? "") : result, Number(error));
  }

  /** @param {string} call @param {string} element @param {string} value @param {number} code */
  add(call, element, value, code) {
    if (this.closed) return;
    const last = this.rows.at(-1);
    const shown = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
    if (last && last[1] === call && last[2] === element && last[3] === shown && last[4] === code) {
      last[5] = (last[5] ?? 1) + 1;
      return;
    }
    this.rows.push([this.now() - this.opened, call, element.slice(0, LONGEST), shown, code]);
    if (this.rows.length > MOST) {
      this.rows.shift();
      this.gone += 1;
    }
  }

  /** The session is over: what is called from now on is no part of it. */
  close() {
    this.add("T", "", "true", 0);
    this.closed = true;
  }

  /** @param {boolean} all false: only if something in it is urgent @returns {Row[]} */
  take(all) {
    if (!all && !this.urgent) return [];
    const rows = this.rows;
    if (this.gone) rows.unshift([rows[0][0], "-", "", String(this.gone), 0]);
    this.rows = [];
    this.gone = 0;
    this.urgent = false;
    return rows;
  }
}
