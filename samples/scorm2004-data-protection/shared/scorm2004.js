// @ts-check
// SCORM 2004 Run-Time Environment, chapter 3: finding API_1484_11 and one session with it.

const MOST_PARENTS = 500;

/** @param {any} start */
function searchParents(start) {
  let win = start;
  for (let level = 0; level <= MOST_PARENTS && win; level += 1) {
    if (win.API_1484_11) return win.API_1484_11;
    if (win.parent === win) return null;
    win = win.parent;
  }
  return null;
}

/** The API of this window's parents, else that of the window which opened it. */
function findApi() {
  return searchParents(window.parent) ?? (window.opener ? searchParents(window.opener) : null);
}

/** @param {number} milliseconds @returns {string} timeinterval (second, 10, 2) */
export function duration(milliseconds) {
  const hundredths = Math.round(milliseconds / 10);
  return `PT${(hundredths / 100).toFixed(2)}S`;
}

/** One session between Initialize and Terminate. Without an API every call is harmless. */
export class Session {
  constructor() {
    this.api = findApi();
    this.started = Date.now();
    this.open = this.api !== null && this.api.Initialize("") === "true";
    this.counts = this.open && this.get("cmi.mode") === "normal";
  }

  /** @param {string} element @returns {string} */
  get(element) {
    return this.open ? this.api.GetValue(element) : "";
  }

  /** @param {string} element @param {string | number} value */
  set(element, value) {
    if (this.open && this.api.SetValue(element, String(value)) !== "true") {
      const code = this.api.GetLastError();
      console.warn(`${element} was not kept: ${code} ${this.api.GetErrorString(code)}`);
    }
  }

  /** @param {string} id @returns {string} `cmi.objectives.n` of the objective with this id, empty if there is none */
  objective(id) {
    for (let at = 0; at < Number(this.get("cmi.objectives._count")); at += 1) {
      if (this.get(`cmi.objectives.${at}.id`) === id) return `cmi.objectives.${at}`;
    }
    return "";
  }

  commit() {
    if (this.open) this.api.Commit("");
  }

  /** @param {"suspend" | "normal"} exit @param {"continue" | "exitAll"} [request] */
  terminate(exit, request) {
    if (!this.open) return;
    this.set("cmi.exit", exit);
    this.set("cmi.session_time", duration(Date.now() - this.started));
    if (request) this.set("adl.nav.request", request);
    this.open = false;
    this.api.Terminate("");
  }
}

/** Shows the page once it is what the learner left: until then a click would be lost. */
export function open() {
  document.querySelectorAll("main, body > nav").forEach((part) => part.toggleAttribute("hidden", false));
}

/** What every page of this course does on leaving: the session ends, the page says so. @param {() => void} end */
export function close(end) {
  end();
  document.querySelectorAll("main > section, body > nav").forEach((part) => part.toggleAttribute("hidden", true));
  document.getElementById("goodbye")?.toggleAttribute("hidden", false);
}
