// @ts-check
/**
 * The player of courses whose content reports by itself (cmi5, Tin Can): it opens their units, shows how far they are, and notices that
 * the learner is back. Units tell the server what happens; the server is asked what has become of it.
 *
 * @typedef {import("./units_view.js").Unit} Unit
 * @typedef {{session: string, item: string, live: boolean, phase: string}} Last the newest session of the registration
 * @typedef {{entries: Unit[], last: Last | null, start: {item: string, mode: string} | null, choice: boolean, return_url: string | null,
 *   result: import("./view.js").Result}} Outline
 */
import { Stage } from "./stage.js";
import { Refusal, Transport } from "./transport.js";
import { UnitsView } from "./units_view.js";
import { Words } from "./words.js";

const LOOK = 4000;
const WATCH = 400;
/** So long, in steps, content that was taken away may say its last words before the next unit ends its session. */
const LAST_WORDS = [150, 300, 600];
/** A session that has ended while its page is still there: so long it may go back by itself. */
const GRACE = 2000;

class Units {
  /** @param {Document} page */
  constructor(page) {
    const { registration = "", visit = "", sandbox = "", language = "" } = page.body.dataset;
    this.words = new Words(JSON.parse(page.getElementById("words")?.textContent ?? "{}"), navigator.languages);
    const handlers = { onState: () => {}, onLoad: () => {}, onClosing: () => {}, onClosed: () => {} };
    const options = { name: `content-${registration}`, sandbox, language };
    this.stage = new Stage(/** @type {HTMLElement} */ (page.getElementById("stage")), options, handlers);
    this.view = new UnitsView(page, this.words, {
      onNavigate: (kind) => this.go(kind),
      onChoose: (item) => this.choose(item),
      onAgain: () => this.start(),
      onOpen: () => this.openOutside(),
      onOwn: () => this.moveOutside(),
      onReview: () => this.chosen && this.open(this.chosen, "review"),
      onRetake: () => this.retake(),
      onNext: () => this.onward && this.choose(this.onward.id),
    });
    this.transport = new Transport({ base: "", onCondition: ({ ok }) => this.condition(ok) });
    /** @type {Outline | null} */
    this.outline = null;
    /** @type {Unit | null} the unit that a card asks about */
    this.chosen = null;
    /** @type {Unit | undefined} where the page proposes to go on */
    this.onward = undefined;
    /** @type {{session: string, unit: Unit, ended: number} | null} what is open now */
    this.running = null;
    /** @type {Window | null} */
    this.window = null;
    this.busy = false;
    this.channel = new BroadcastChannel(`rollbook:return:${visit}`);
    this.channel.onmessage = () => this.back();
    setInterval(() => this.look(), LOOK);
    setInterval(() => this.watch(), WATCH);
    addEventListener("focus", () => this.look());
    addEventListener("pagehide", () => this.running && this.transport.lastWords("units/left", { session: this.running.session }));
  }

  /** @param {string} path @param {object} body @returns {Promise<any>} */
  async ask(path, body) {
    try {
      return await this.transport.post(path, () => body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.transport.stop();
      this.leaveContent();
      const kind = this.words.reason(error);
      const back = this.outline?.return_url;
      this.view.state("idle");
      this.view.notice(this.words.notice(kind), kind === "lost" ? () => location.reload() : back && (() => location.assign(back)));
      return null;
    }
  }

  /** @param {boolean} ok */
  condition(ok) {
    if (ok) this.view.saved("", "saved");
    else this.view.saved(this.words.say("units.trouble"), "trouble");
  }

  async refresh() {
    const outline = await this.ask("units", {});
    if (outline) this.show(outline);
    return outline;
  }

  /** @param {Outline} outline */
  show(outline) {
    this.outline = outline;
    this.view.contents(outline.entries, this.running?.unit.id ?? null);
    const at = this.place();
    this.view.navigation({ previous: at > 0, continue: at < this.units.length - 1, suspendAll: true }, []);
  }

  get units() {
    return this.outline?.entries.filter((entry) => entry.leaf) ?? [];
  }

  get undone() {
    return this.units.find((unit) => !unit.done);
  }

  /** What is not done, behind this place before what is before it. */
  get next() {
    return this.units.slice(this.place() + 1).find((unit) => !unit.done) ?? this.undone;
  }

  place() {
    const id = (this.running?.unit ?? this.chosen)?.id ?? this.outline?.last?.item;
    return this.units.findIndex((unit) => unit.id === id);
  }

  async start() {
    this.view.card("waiting");
    const outline = await this.refresh();
    if (!outline) return;
    const start = outline.start && this.units.find(({ id }) => id === outline.start.item);
    const alone = this.units.length === 1 ? this.units[0] : null;
    if (start && !this.running) return this.enter(start, outline.start.mode);
    if (outline.last && !outline.last.live && outline.last.phase === "abandoned") return this.say("abandoned", outline.last);
    if (alone) return this.choose(alone.id);
    if (!outline.last && this.undone) return this.enter(this.undone, "normal");
    this.pause(this.words.say(this.undone ? "units.welcome" : "units.all"), this.undone);
  }

  /** @param {string} id */
  choose(id) {
    const unit = this.units.find((one) => one.id === id);
    if (!unit || this.busy) return;
    if (unit.done && this.outline?.choice) {
      this.leaveContent();
      this.chosen = unit;
      this.pauseState();
      return this.view.done(unit);
    }
    return this.enter(unit, "normal");
  }

  /** @param {Unit} unit @param {string} mode */
  enter(unit, mode) {
    this.mode = mode;
    if (unit.place === "frame") return this.open(unit, mode);
    this.leaveContent();
    this.chosen = unit;
    this.pauseState();
    this.view.outside(unit.place === "own" ? "ready" : "link");
  }

  /** Asks for an address and opens it. @param {Unit} unit @param {string} mode @returns {Promise<any>} */
  async open(unit, mode) {
    if (unit.place !== "frame" && this.chosen !== unit) return;
    if (unit.place !== "frame" && mode !== this.mode) return this.enter(unit, mode);
    if (this.busy) return;
    this.busy = true;
    this.view.busy();
    const before = this.running;
    this.leaveContent({ keepWindow: true });
    this.view.card("waiting");
    await this.lastWords(before);
    const opened = await this.ask("units/open", { item: unit.id, mode });
    this.busy = false;
    if (!opened) return null;
    this.chosen = null;
    this.running = { session: opened.session, unit, ended: 0 };
    this.show(opened.outline);
    this.view.saved(this.words.mode(mode), "waiting");
    if (unit.place === "frame") {
      this.view.card(null);
      this.stage.show(new URL(opened.url, location.href).href, unit.title, () => {});
      this.view.speak(unit.title);
    }
    this.view.state("running");
    return opened;
  }

  /** In a click: only then browsers open windows. */
  async openOutside() {
    if (!this.chosen && this.window && !this.window.closed) return this.window.focus();
    const unit = this.chosen;
    if (!unit || this.busy) return;
    if (unit.place === "own") this.window = open("about:blank", "", "popup");
    const opened = await this.open(unit, this.mode ?? "normal");
    if (!opened) return void this.window?.close();
    if (unit.place === "own" && this.window) {
      this.window.location.replace(new URL(opened.url, location.href).href);
      this.view.outside("open");
    } else {
      this.view.outside(unit.place === "own" ? "blocked" : "link", new URL(opened.url, location.href).href);
    }
  }

  /** From the frame into a window, by a click: a launch of its own. */
  moveOutside() {
    const unit = this.running?.unit;
    if (!unit || unit.place !== "frame" || this.busy) return;
    this.chosen = { ...unit, place: "own" };
    return this.openOutside();
  }

  /** Until a session that was left has ended, but not for ever. @param {{session: string} | null} left */
  async lastWords(left) {
    for (const wait of left && this.outline?.choice ? LAST_WORDS : []) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      const last = (await this.ask("units", {}))?.last;
      if (!last?.live || last.session !== left?.session) return;
    }
  }

  /** The unit has sent the learner back. */
  async back() {
    const running = this.running;
    if (!running) return;
    this.leaveContent();
    this.view.card("waiting");
    const outline = await this.refresh();
    if (!outline) return;
    const last = outline.last?.session === running.session ? outline.last : { item: running.unit.id, live: false, phase: "abandoned" };
    this.say(last.live ? "unfinished" : last.phase, last);
  }

  /** What has become of a session. @param {string} what @param {{item: string}} last */
  say(what, last) {
    const unit = this.units.find(({ id }) => id === last.item);
    const title = unit?.title ?? "";
    if (what === "terminated") {
      if (!this.undone) return this.finish();
      return this.pause(this.words.say("units.ended", { title }), this.next);
    }
    const text = this.words.say(what === "unfinished" ? "units.unfinished" : "units.abandoned", { title });
    this.pause(text, unit && !unit.done ? unit : this.next);
  }

  /** @param {string} text @param {Unit | undefined} onward */
  pause(text, onward) {
    this.pauseState();
    this.onward = onward;
    this.view.after(text, onward);
  }

  pauseState() {
    this.view.state("idle");
    if (this.outline) this.show(this.outline);
  }

  /** A newer window of the registration ends the unit in this one. */
  superseded() {
    this.leaveContent();
    this.view.state("idle");
    this.view.notice(this.words.notice("superseded"), () => location.reload());
  }

  async look() {
    const running = this.running;
    if (!running || document.hidden || this.busy) return;
    const outline = await this.ask("units", {});
    if (!outline || this.running !== running || this.busy) return;
    this.show(outline);
    const { last } = outline;
    if (last?.session !== running.session) return outline.choice ? this.superseded() : undefined;
    if (last.live) return;
    running.ended ||= Date.now();
    if (Date.now() - running.ended >= GRACE) this.back();
    else setTimeout(() => this.running === running && this.back(), GRACE);
  }

  /** Closing a window is no event for who has opened it. */
  watch() {
    if (!this.window?.closed) return;
    this.window = null;
    if (this.running) this.back();
  }

  /** @param {string} kind */
  go(kind) {
    if (kind === "suspendAll") return this.finish();
    const unit = this.units[this.place() + (kind === "previous" ? -1 : 1)];
    if (unit) this.choose(unit.id);
  }

  async finish() {
    const before = this.running;
    this.leaveContent();
    this.view.card("waiting");
    await this.lastWords(before);
    const outline = await this.refresh();
    if (!outline) return;
    this.view.result(outline.result, outline.return_url);
    this.view.state("ended");
  }

  async retake() {
    const made = await this.ask("units/retake", {});
    if (made) location.replace(made.url);
  }

  /** @param {{session: string}} running */
  message({ session }) {
    return () => ({ session });
  }

  /** The content goes, and says its last words. */
  leaveContent({ keepWindow = false } = {}) {
    this.stage.clear();
    if (this.running && !this.transport.stopped) this.transport.post("units/left", this.message(this.running)).catch(() => {});
    this.running = null;
    this.chosen = keepWindow ? this.chosen : null;
    if (keepWindow) return;
    this.window?.close();
    this.window = null;
  }
}

new Units(document).start();
