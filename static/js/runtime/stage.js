// @ts-check
/**
 * Where content is shown: a fresh frame for each delivery, so that nothing enters the window's history; or a window of its own.
 *
 * @typedef {{name: string, sandbox: string, language: string}} Options
 */
import { OwnWindow, announce } from "./own_window.js";

const DOCUMENT = /\.pdf$/i;
const ALLOWED = "autoplay; fullscreen; encrypted-media; picture-in-picture; unload";

export class Stage {
  /** @param {HTMLElement} place @param {Options} options @param {import("./own_window.js").Handlers} handlers */
  constructor(place, { name, sandbox, language }, handlers) {
    this.place = place;
    this.sandbox = sandbox;
    this.language = language;
    /** Content is to be in a window of its own. */
    this.own = false;
    this.window = new OwnWindow(name, handlers);
    /** @type {HTMLIFrameElement | null} */
    this.frame = null;
    this.shown = false;
    /** Whether the content before had the focus. */
    this.focused = false;
  }

  /** @param {string} url @param {string} title @param {() => void} onLoad */
  show(url, title, onLoad) {
    this.shown = true;
    if (this.own) return this.window.show(url);
    const frame = this.place.ownerDocument.createElement("iframe");
    frame.name = "content";
    frame.title = title;
    frame.lang = this.language;
    // Browsers show no PDF inside a sandbox; nothing in one reaches this page.
    if (!isDocument(url)) frame.setAttribute("sandbox", this.sandbox);
    frame.allow = ALLOWED;
    frame.addEventListener("load", onLoad, { once: true });
    frame.src = url;
    this.frame = frame;
    this.place.append(frame);
    if (this.focused) frame.focus();
  }

  /**
   * Content says its last words while it is taken away: removal runs `pagehide` and `unload` before it returns. Many packages
   * wait for `beforeunload` only, which browsers send on a real navigation alone.
   */
  clear({ farewell = true, stay = false } = {}) {
    const frame = this.frame;
    this.shown = false;
    this.window.clear({ stay: stay && this.own });
    if (!frame) return;
    this.frame = null;
    this.focused = this.place.ownerDocument.activeElement === frame;
    if (farewell) announce(frame.contentWindow, ["beforeunload"]);
    frame.remove();
  }
}

/** Whether the address is of a document that the browser shows by itself. @param {string} url */
export const isDocument = (url) => DOCUMENT.test(new URL(url).pathname);
