// @ts-check
/**
 * Content in a window of its own, which finds the API through its opener. A browser opens one only while the learner clicks; without that
 * there is a button for it.
 *
 * @typedef {"ready" | "blocked" | "open"} State
 * @typedef {{onState: (state: State) => void, onLoad: () => void, onClosing: () => void, onClosed: () => void}} Handlers
 *   `onClosing`: its page goes, perhaps with the window; `onClosed`: the learner has closed it
 */

const LOOK = 250;
const LAST_WORDS = ["beforeunload", "pagehide", "unload"];

export class OwnWindow {
  /** @param {string} name @param {Handlers} handlers */
  constructor(name, handlers) {
    this.name = name;
    this.handlers = handlers;
    this.url = "";
    /** @type {Window | null} */
    this.window = null;
    /** @type {Document | null} the page that is in the window */
    this.page = null;
    /** @type {Document | null} the one that goes: the content before, or the empty one of a new window */
    this.left = null;
    this.looking = 0;
  }

  get alive() {
    return this.window !== null && !this.window.closed;
  }

  /** @param {string} url */
  show(url) {
    this.url = url;
    if (this.alive) {
      this.window?.location.replace(url);
      this.watch();
    } else if (navigator.userActivation?.isActive) this.open();
    else this.handlers.onState("ready");
  }

  /** Called by a click. */
  open() {
    if (this.alive) return this.window?.focus();
    this.window = open(this.url, this.name, shape());
    if (this.window) this.watch();
    else this.handlers.onState("blocked");
  }

  watch() {
    this.page = this.left = readable(this.window);
    clearInterval(this.looking);
    this.looking = window.setInterval(() => this.look(), LOOK);
    this.handlers.onState("open");
  }

  /** Closing a window is no event for who has opened it, and each page in it has to be listened to anew. */
  look() {
    if (!this.alive) {
      clearInterval(this.looking);
      this.window = null;
      if (this.url) this.handlers.onClosed();
      return;
    }
    const page = readable(this.window);
    if (page === this.page) return;
    if (this.page === this.left) this.handlers.onLoad();
    this.page = page;
    const closing = () => this.url && this.handlers.onClosing();
    for (const event of ["beforeunload", "pagehide"]) this.window?.addEventListener(event, closing, { capture: true });
  }

  /** Content says its last words. `stay`: other content comes into the window. */
  clear({ stay = false } = {}) {
    const { window: content } = this;
    this.url = "";
    clearInterval(this.looking);
    if (!this.alive || !content) return;
    announce(content, LAST_WORDS);
    if (!stay) content.close();
  }
}

/** @param {Window | null} content @returns {Document | null} */
function readable(content) {
  try {
    return content?.document ?? null;
  } catch {
    // Of another origin.
    return null;
  }
}

/** Nine tenths of the screen. */
function shape() {
  const { availWidth: width, availHeight: height } = screen;
  return `popup,width=${width * 0.9},height=${height * 0.9},left=${width * 0.05},top=${height * 0.05}`;
}

/** Runs content's own handlers now, its frames' first. @param {Window | null} content @param {string[]} events */
export function announce(content, events) {
  try {
    if (!content) return;
    for (let at = 0; at < content.length; at += 1) announce(content[at], events);
    for (const name of events) content.dispatchEvent(new Event(name, { cancelable: true }));
  } catch {
    // Content of another origin, or a handler that fails: its own affair.
  }
}
