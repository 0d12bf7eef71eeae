// @ts-check
/**
 * What one run of a SCO has set and the server has not acknowledged: numbered, in order, and kept in the browser's storage until it is.
 *
 * @typedef {{[element: string]: string | null}} Changes
 * @typedef {import("./calls.js").Row[]} Calls
 * @typedef {{n: number, changes: Changes, at: number, elapsed: number, calls?: Calls}} Kept  `at`: this machine's clock, milliseconds
 * @typedef {{n: number, changes: Changes, age: number, elapsed: number, calls?: Calls}} Commit  seconds
 * @typedef {import("./sealed.js").Shelf} Shelf
 */

const ROW = /\.\d+\./;
/** Calls of so many commits wait for the network; those before are not told. */
const TOLD = 8;
const CALLS = 100;

/** @param {string} registration @param {number | string} run */
const nameOf = (registration, run) => `rollbook:${registration}:${run}`;

export class Commits {
  /**
   * @param {{registration: string, run: number, shelf: Shelf | null, now?: () => number, ticks?: () => number, saved?: number}} parts
   *   `ticks`: milliseconds that go on evenly when the clock is set right; `saved`: the last number the server has
   */
  constructor({ registration, run, shelf, now = Date.now, ticks = () => performance.now(), saved = 0 }) {
    this.name = nameOf(registration, run);
    this.shelf = shelf;
    this.now = now;
    this.ticks = ticks;
    this.opened = ticks();
    /** Whether what waits would survive the page. */
    this.kept = true;
    this.next = saved + 1;
    /** @type {Kept[]} */
    this.waiting = [];
    /** The last number that has been sent: what was sent never changes. */
    this.sent = saved;
  }

  /** @param {Changes | null} changes @param {Calls} [calls] what content called meanwhile */
  add(changes, calls = []) {
    if (!changes && !calls.length) return;
    const at = this.now();
    const elapsed = this.ticks() - this.opened;
    const last = this.waiting.at(-1);
    if (last && last.n > this.sent && joinable(last.changes, changes ?? {})) {
      const told = [...(last.calls ?? []), ...calls].slice(-CALLS);
      Object.assign(last, { changes: { ...last.changes, ...changes }, at, elapsed, calls: told });
    } else {
      this.waiting.push({ n: this.next, changes: changes ?? {}, at, elapsed, calls });
      this.next += 1;
      delete this.waiting.at(-TOLD)?.calls;
    }
    this.keep();
  }

  get empty() {
    return this.waiting.length === 0;
  }

  /** About as long as the message would be. */
  get size() {
    return JSON.stringify(this.waiting).length;
  }

  /** Everything that is not acknowledged, as a message carries it. @returns {Commit[]} */
  take() {
    this.sent = this.next - 1;
    return this.waiting.map((one) => asMessage(one, this.now()));
  }

  /** @param {number} saved */
  acknowledge(saved) {
    this.waiting = this.waiting.filter((one) => one.n > saved);
    this.keep();
  }

  keep() {
    this.kept = this.empty;
    try {
      if (this.empty) this.shelf?.remove(this.name);
      else this.shelf?.write(this.name, JSON.stringify(this.waiting));
      this.kept ||= this.shelf !== null;
    } catch {
      // Storage is full or forbidden: the queue in memory goes on.
    }
  }
}

/** Whether the order in which elements were set survives: those of rows depend on each other. @param {Changes} one @param {Changes} next */
function joinable(one, next) {
  return !Object.keys(next).some((element) => element in one && ROW.test(element));
}

/** @param {Kept} one @param {number} now @returns {Commit} */
function asMessage({ n, changes, at, elapsed, calls }, now) {
  const made = { n, changes, age: Math.max(0, now - at) / 1000, elapsed: Math.max(0, elapsed) / 1000 };
  return calls?.length ? { ...made, calls } : made;
}

/**
 * What earlier windows could not send, by run. What is not of this registration's making, or cut off, is swept away.
 * @param {string} registration @param {Shelf | null} shelf @returns {Record<string, Commit[]>}
 */
export function leftBehind(registration, shelf, now = Date.now()) {
  /** @type {Record<string, Commit[]>} */
  const found = {};
  const start = nameOf(registration, "");
  if (!shelf) return found;
  for (const name of shelf.names) {
    const run = name.slice(start.length);
    if (!name.startsWith(start) || !/^\d+$/.test(run)) continue;
    try {
      found[run] = JSON.parse(shelf.read(name)).map((/** @type {Kept} */ one) => asMessage(one, now));
    } catch {
      shelf.remove(name);
    }
  }
  return found;
}

/** @param {string} registration @param {Shelf | null} shelf @param {Record<string, unknown>} sent the runs that the server has seen */
export function forget(registration, shelf, sent) {
  for (const run of Object.keys(sent)) shelf?.remove(nameOf(registration, run));
}
