// @ts-check
/**
 * The player: delivers what the server names, answers SCORM calls from local state at once, and tells the server in the background.
 *
 * @typedef {import("./requests.js").Request} Request
 * @typedef {import("./datamodel.js").DataModel} DataModel
 * @typedef {{number: number, item: string, model: DataModel, commits: Commits, calls: Calls, finished: boolean, reported: boolean}} Run
 */
import { createApi12 } from "./api12.js";
import { createApi2004 } from "./api2004.js";
import { Calls } from "./calls.js";
import { Commits, forget, leftBehind } from "./commits.js";
import { DataModel as Model } from "./datamodel.js";
import { byItem, entries } from "./outline.js";
import { over, parting, wanted } from "./requests.js";
import { Shelf } from "./sealed.js";
import { Stage, isDocument } from "./stage.js";
import { LAST_WORDS, Refusal, Transport } from "./transport.js";
import { View } from "./view.js";
import { Windows } from "./windows.js";
import { Words } from "./words.js";

const SOON = 50;
const SLOW = 1500;
const CLOSING = 3000;
const LATEST_STATE = 4000;
/** Refusals of what earlier windows have left behind, not of this one. */
const UNFIT = ["invalid-request", "body-too-large"];

class Player {
  /** @param {Document} page */
  constructor(page) {
    const { registration = "", key = "", channel = "", sandbox = "", language = "", resume } = page.body.dataset;
    this.registration = registration;
    this.asks = resume === "ask";
    this.windows = new Windows(registration, channel, () => this.superseded({ save: true }));
    // Other processes answer it while the rest is made here.
    if (!this.asks) this.windows.takeOver();
    this.shelf = shelf(key);
    this.words = new Words(JSON.parse(page.getElementById("words")?.textContent ?? ""), navigator.languages);
    this.view = new View(page, this.words, {
      onNavigate: (kind) => this.go({ kind }),
      onChoose: (target) => this.go({ kind: "choice", target }),
      onAgain: () => this.open(),
      onResume: (how) => this.open({ again: how === "again" }),
      onOwn: (how) => this.elsewhere(how),
    });
    const options = { name: `course-${registration}`, sandbox, language };
    this.stage = new Stage(/** @type {HTMLElement} */ (page.getElementById("stage")), options, {
      onState: (state) => this.inOwnWindow(state),
      onLoad: () => this.view.state("running"),
      onClosing: () => this.mayClose(),
      onClosed: () => this.closed(),
    });
    this.transport = new Transport({ base: "", onCondition: (condition) => this.condition(condition) });
    this.window = 0;
    this.moves = 0;
    /** @type {any} the first answer: table, course, settings */
    this.course = null;
    /** @type {Run | null} */
    this.run = null;
    this.leaving = false;
    /** A window that is being closed tells so before its content does; whether it goes is known at pagehide. */
    this.closing = false;
    this.moving = false;
    this.ended = false;
    this.sending = false;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.checks = undefined;
    this.timers = { keep: 0, send: 0, slow: 0 };
    addEventListener("beforeunload", (event) => {
      this.mayClose();
      if (this.atRisk) event.preventDefault();
    });
    addEventListener("pagehide", () => this.goodbye());
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    page.addEventListener("visibilitychange", () => this.flush());
  }

  start() {
    if (!this.asks) return this.open();
    this.view.card("resume");
    this.view.state("asking");
  }

  /** `again`: the learner does not want to go on where the course was left. */
  async open({ again = false } = {}) {
    this.view.card("waiting");
    await this.windows.takeOver();
    const pending = leftBehind(this.registration, this.shelf);
    // While the server thinks.
    setTimeout(() => this.words.prepare());
    const without = (/** @type {Refusal} */ refusal) =>
      UNFIT.includes(refusal.code) ? this.ask("state", () => ({ again })) : this.refused(refusal);
    const answer = await this.ask("state", () => ({ pending, again }), without);
    if (!answer) return;
    forget(this.registration, this.shelf, pending);
    if (!this.course) this.stage.own = answer.own_window;
    this.course = answer;
    this.window = answer.window;
    this.moves = 0;
    this.ended = false;
    this.view.saved(this.words.mode(answer.mode), "waiting");
    this.apply(answer, "start");
    clearInterval(this.checks);
    this.checks = setInterval(() => this.checkIn(), answer.check_in * 1000);
  }

  /**
   * Refusals end here, in words unless there is something else to be done.
   * @param {string} path @param {() => object | null} body @param {(refusal: Refusal) => any} [otherwise] @returns {Promise<any>}
   */
  async ask(path, body, otherwise = (refusal) => this.refused(refusal)) {
    try {
      return await this.transport.post(path, body);
    } catch (error) {
      if (error instanceof Refusal) return (await otherwise(error)) ?? null;
      throw error;
    }
  }

  /** @param {Refusal} refusal */
  refused(refusal) {
    if (refusal.code === "superseded") return void this.superseded({ save: false });
    this.stop();
    const kind = this.words.reason(refusal);
    const back = this.course?.return_url;
    this.view.notice(this.words.notice(kind), kind === "lost" ? () => location.reload() : back && (() => location.assign(back)));
  }

  /** @param {any} answer @param {"chosen" | "start"} [otherwise] what to say when nothing is delivered */
  apply(answer, otherwise = "chosen") {
    const current = answer.delivery?.item ?? (answer.state === "running" ? this.run?.item : null) ?? null;
    if (answer.request_valid) {
      const { choice, jump, ...others } = answer.request_valid;
      const ahead = { ...others, choice: byItem(this.course.outline, choice), jump: byItem(this.course.outline, jump) };
      this.course.request_valid = ahead;
      if (this.run) this.run.model.lookAhead = ahead;
    }
    // First: the browser fetches it while the rest is drawn.
    if (answer.delivery) this.deliver(answer.delivery);
    if (answer.nav) this.view.navigation(answer.nav, answer.hidden);
    if (answer.toc) this.view.contents(entries(this.course.outline, answer.toc), current);
    if (answer.delivery) return;
    if (answer.state === "ended") return this.finish(answer.result);
    if (answer.state === "idle" || !this.stage.shown) {
      this.leave();
      this.view.between(this.words.say(`between.${answer.exception && otherwise === "chosen" ? "refused" : otherwise}`));
      this.view.state("idle");
    }
  }

  /** @param {any} delivery */
  deliver({ run, item, title, url, data, permissions }) {
    this.leave({ stay: true });
    const options = { strict: this.course.strict, lookAhead: this.course.request_valid, permissions };
    const model = new Model(this.course.table, data, options);
    const commits = new Commits({ registration: this.registration, run, shelf: this.shelf });
    this.run = { number: run, item, model, commits, calls: new Calls(), finished: false, reported: false };
    this.expose(this.run);
    const address = new URL(url, new URL("content/", location.href)).href;
    this.view.speak(title);
    const running = () => this.view.state("running");
    if (isDocument(address) && navigator.pdfViewerEnabled === false) {
      this.view.document(address);
      return running();
    }
    this.view.card(null);
    this.stage.show(address, title, running);
    setTimeout(() => this.run?.number === run && (this.stage.frame || this.stage.window.alive) && running(), LATEST_STATE);
  }

  /** What the page shows while content is, or is to be, in a window of its own. @param {import("./own_window.js").State} state */
  inOwnWindow(state) {
    this.view.ownWindow(state);
    if (state !== "open") this.view.state("ready");
  }

  /** The learner wants the window, or content to change places. @param {string} how */
  async elsewhere(how) {
    if (how === "open") return this.stage.window.open();
    if (this.moving || !this.run) return;
    this.stage.own = how === "own";
    if (await this.move({ kind: "suspendAll" })) this.open();
  }

  /** The window with the content has been closed by the learner. */
  closed() {
    if (!this.moving && !this.ended) this.go(parting(this.run));
  }

  /** The API objects: nothing here waits for the server. @param {Run} run */
  expose(run) {
    const hooks = {
      onInitialize: () => {
        this.view.state("running");
        if (this.stage.own) this.stage.window.look();
      },
      onSet: () => this.keepSoon(),
      onCommit: () => {
        this.keep();
        this.send(run);
      },
      onTerminate: () => this.terminated(run),
      log: (/** @type {import("./calls.js").Entry} */ entry) => run.calls.log(entry),
    };
    const is12 = this.course.course.standard === "scorm12";
    Object.assign(window, {
      API: is12 ? createApi12({ model: run.model, hooks }) : undefined,
      API_1484_11: !is12 ? createApi2004({ model: run.model, hooks }) : undefined,
    });
  }

  /** Terminate has been called: by content of its own accord, or in its last words while the learner goes. @param {Run} run */
  terminated(run) {
    run.finished = true;
    run.calls.close();
    this.keep();
    if (this.leaving) return;
    setTimeout(() => !this.moving && this.run === run && this.end(run), this.closing ? CLOSING : 0);
  }

  /** What content ends now, it ends because the learner goes: the end waits until it is known whether the window stays. */
  mayClose() {
    this.closing = true;
    setTimeout(() => (this.closing = false), CLOSING);
  }

  /** @param {Run} run */
  async end(run) {
    const { data } = run.model;
    const request = wanted(data) ?? (this.view.single ? over(data) : null);
    if (request) return this.go(request);
    run.reported = true;
    const answer = await this.ask("terminate", () => (this.run === run ? this.message(run) : null));
    if (!answer || this.run !== run) return;
    run.commits.acknowledge(answer.saved);
    this.savedNow();
    this.apply(answer);
  }

  /** The learner, or content that has ended, wants to be elsewhere. @param {Request} request */
  async go(request) {
    const answer = this.moving ? null : await this.move(request);
    if (answer) this.apply(answer);
  }

  /** @param {Request} request */
  async move(request) {
    this.moving = true;
    this.view.busy();
    const run = this.run;
    this.leave({ stay: true });
    this.view.card("waiting");
    const answer = await this.ask("navigate", () => this.message(run, request));
    this.moving = false;
    if (!answer) return null;
    run?.commits.acknowledge(Infinity);
    this.savedNow();
    return answer;
  }

  /** @param {Run | null} run @param {Request} [request] */
  message(run, request) {
    const move = request && { request, move: (this.moves += 1) };
    return { window: this.window, run: run?.number ?? 0, commits: run?.commits.take() ?? [], terminated: run?.finished ?? false, ...move };
  }

  /** Takes the content away; its last words are still heard. `stay`: other content may come into its window. */
  leave({ stay = false } = {}) {
    this.leaving = true;
    this.stage.clear({ stay });
    this.keep();
    this.leaving = false;
    clearTimeout(this.timers.send);
  }

  /** @param {import("./view.js").Result} result */
  finish(result) {
    this.leave();
    this.run = null;
    this.ended = true;
    this.view.result(result, this.course.return_url);
    this.view.state("ended");
  }

  /** The page goes: a closed window is a suspended course. */
  goodbye() {
    if (this.ended || !this.window || this.transport.stopped) return;
    this.leaving = true;
    this.stage.clear({ farewell: false });
    this.keep();
    this.transport.lastWords("navigate", this.message(this.run, parting(this.run)));
    this.transport.stop();
  }

  keepSoon() {
    this.timers.keep ||= window.setTimeout(() => this.keep(), SOON);
  }

  /** From the data model into the queue, and into the browser's storage. */
  keep() {
    clearTimeout(this.timers.keep);
    this.timers.keep = 0;
    const run = this.run;
    if (!run) return;
    const changes = run.model.takeChanges();
    run.commits.add(changes, run.calls.take(changes !== null || this.leaving || run.finished));
    if (!run.commits.empty && !this.leaving) {
      this.timers.send ||= window.setTimeout(() => this.send(run), this.course.autosave * 1000);
    }
  }

  flush() {
    this.keep();
    if (this.run) this.send(this.run);
  }

  /** @param {Run} run */
  async send(run) {
    clearTimeout(this.timers.send);
    this.timers.send = 0;
    if (run.commits.empty || run.finished || this.leaving || this.sending) return;
    this.sending = true;
    this.timers.slow = window.setTimeout(() => this.view.troubled || this.view.saved(this.words.say("saving"), "waiting"), SLOW);
    const answer = await this.ask("commit", () => (this.run === run && !run.finished ? this.commitMessage(run) : null));
    this.sending = false;
    clearTimeout(this.timers.slow);
    if (!answer || this.run !== run) return;
    run.commits.acknowledge(answer.saved);
    this.savedNow();
    if (!this.moving && !run.finished) this.apply(answer);
    if (!run.commits.empty) this.send(run);
  }

  /** @param {Run} run */
  commitMessage(run) {
    const { window, run: number, commits } = this.message(run);
    return { window, run: number, commits };
  }

  checkIn() {
    if (this.ended || this.moving || (document.hidden && !this.stage.window.alive)) return;
    this.ask("commit", () => ({ window: this.window, run: this.run?.number ?? 0, commits: [] }));
  }

  /** Said only when nothing waits any more. */
  savedNow() {
    if (this.course?.mode === "normal" && (this.run?.commits.empty ?? true)) this.view.saved(this.words.saved(new Date()), "saved");
  }

  /** @param {import("./transport.js").Condition} condition */
  condition(condition) {
    if (condition.ok) return;
    this.view.saved(this.words.trouble(condition.reason !== "offline" || navigator.onLine, this.run?.commits.kept ?? true), "trouble");
  }

  /** What is not saved is nowhere but in this page, and will not leave with it. */
  get atRisk() {
    this.keep();
    const commits = this.run?.commits;
    if (!commits || commits.kept || this.transport.stopped) return false;
    return this.view.troubled || commits.size > LAST_WORDS;
  }

  /** @param {{save: boolean}} how */
  async superseded({ save }) {
    if (this.ended || this.transport.stopped) return;
    this.moving = true;
    const run = this.run;
    this.leave();
    const saved = save && (await this.ask("navigate", () => this.message(run, { kind: "suspendAll" })));
    if (saved) run?.commits.acknowledge(Infinity);
    this.stop();
    this.view.notice(this.words.notice("superseded"), () => location.reload());
  }

  stop() {
    this.transport.stop();
    this.leave();
    clearInterval(this.checks);
    this.view.busy();
    this.view.card(null);
    this.view.state("idle");
  }
}

/** What is kept in this browser; null where a site may keep nothing. @param {string} key */
function shelf(key) {
  try {
    return new Shelf(localStorage, key);
  } catch {
    return null;
  }
}

new Player(document).start();
