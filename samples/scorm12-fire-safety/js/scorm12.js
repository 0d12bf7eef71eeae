// @ts-check
// SCORM 1.2 Run-Time Environment, chapter 3: finding the API and one session with it.

const MOST_PARENTS = 7;

/** @param {any} start */
function searchParents(start) {
  let win = start;
  for (let level = 0; level <= MOST_PARENTS && win; level += 1) {
    if (win.API) return win.API;
    if (win.parent === win) return null;
    win = win.parent;
  }
  return null;
}

/** The API of this window's parents, else that of the window which opened it. */
function findApi() {
  return searchParents(window) ?? (window.opener ? searchParents(window.opener) : null);
}

/** @param {number} milliseconds @returns {string} CMITimespan, HHHH:MM:SS.SS */
export function timespan(milliseconds) {
  const seconds = milliseconds / 1000;
  const pad = (/** @type {number} */ value, /** @type {number} */ width) => String(Math.floor(value)).padStart(width, "0");
  return `${pad(seconds / 3600, 4)}:${pad((seconds / 60) % 60, 2)}:${(seconds % 60).toFixed(2).padStart(5, "0")}`;
}

/** One session between LMSInitialize and LMSFinish. Without an API every call is harmless. */
export class Session {
  constructor() {
    this.api = findApi();
    this.started = Date.now();
    this.open = this.api !== null && this.api.LMSInitialize("") === "true";
  }

  /** @param {string} element @returns {string} */
  get(element) {
    return this.open ? this.api.LMSGetValue(element) : "";
  }

  /** @param {string} element @param {string | number} value */
  set(element, value) {
    if (this.open && this.api.LMSSetValue(element, String(value)) !== "true") {
      const code = this.api.LMSGetLastError();
      console.warn(`${element} was not kept: ${code} ${this.api.LMSGetErrorString(code)}`);
    }
  }

  commit() {
    if (this.open) this.api.LMSCommit("");
  }

  finish() {
    if (!this.open) return;
    this.set("cmi.core.session_time", timespan(Date.now() - this.started));
    this.open = false;
    this.api.LMSFinish("");
  }
}
