// @ts-check
/** Where content is shown: a fresh frame for each delivery, so that nothing enters the window's history. */

export class Stage {
  /** @param {HTMLElement} place @param {string} sandbox */
  constructor(place, sandbox) {
    this.place = place;
    this.sandbox = sandbox;
    /** @type {HTMLIFrameElement | null} */
    this.frame = null;
    /** Whether the content before had the focus. */
    this.focused = false;
  }

  /** @param {string} url @param {string} title @param {() => void} onLoad */
  show(url, title, onLoad) {
    const frame = this.place.ownerDocument.createElement("iframe");
    frame.name = "content";
    frame.title = title;
    frame.setAttribute("sandbox", this.sandbox);
    frame.allow = "autoplay; fullscreen; encrypted-media; picture-in-picture; unload";
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
  clear({ farewell = true } = {}) {
    const frame = this.frame;
    if (!frame) return;
    this.frame = null;
    this.focused = this.place.ownerDocument.activeElement === frame;
    if (farewell) announce(frame.contentWindow);
    frame.remove();
  }
}

/** @param {Window | null} content */
function announce(content) {
  try {
    if (!content) return;
    for (let at = 0; at < content.length; at += 1) announce(content[at]);
    content.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  } catch {
    // Content of another origin, or a handler that fails: its own affair.
  }
}
