// @ts-check
/**
 * The state machine behind both API objects; the same as scorm_runtime/datamodel/api.py. No call throws, every return is a string.
 *
 * @typedef {{kind: "lenient"} & import("./datamodel.js").Taken} LenientEntry
 * @typedef {{kind: "call", method: string, args: string[], result: string, error: string}} CallEntry
 * @typedef {{onInitialize?: () => boolean | void, onSet?: (element: string, value: string) => void, onCommit?: () => boolean | void,
 *   onTerminate?: () => boolean | void, log?: (entry: LenientEntry | CallEntry) => void}} Hooks  a hook that returns false has failed
 */

const NO_ARGUMENT = "no-argument";

export class Session {
  /** @param {{model: import("./datamodel.js").DataModel, hooks?: Hooks}} parts */
  constructor({ model, hooks = {} }) {
    this.model = model;
    this.hooks = hooks;
    this.table = model.table;
    /** @type {"before" | "running" | "after"} */
    this.phase = "before";
    this.error = 0;
    this.diagnostic = "";
    model.onLeniency = (entry) => this.log({ kind: "lenient", ...entry });
  }

  /** @param {unknown} [argument] */
  initialize(argument) {
    if (!this.empty(argument)) return this.fail("argument");
    if (this.phase !== "before") return this.fail(this.phase === "running" ? "initialize_again" : "initialize_after");
    const fault = this.call(this.hooks.onInitialize, "initialize_failed");
    if (fault) return this.fail(fault);
    this.phase = "running";
    return this.succeed();
  }

  /** @param {unknown} [argument] */
  terminate(argument) {
    if (!this.empty(argument)) return this.fail("argument");
    if (this.phase !== "running") return this.fail(`terminate_${this.phase}`);
    const fault = this.call(this.hooks.onTerminate, "terminate_failed");
    if (fault) return this.fail(fault);
    this.phase = "after";
    return this.succeed();
  }

  /** @param {unknown} [argument] */
  commit(argument) {
    if (!this.empty(argument)) return this.fail("argument");
    if (this.phase !== "running") return this.fail(`commit_${this.phase}`);
    const fault = this.call(this.hooks.onCommit, "commit_failed");
    return fault ? this.fail(fault) : this.succeed();
  }

  /** @param {unknown} element */
  getValue(element) {
    if (this.phase !== "running") {
      this.fail(`get_${this.phase}`);
      return "";
    }
    const { value, code } = this.model.get(text(element));
    this.error = code;
    this.diagnostic = this.model.diagnostic;
    return value;
  }

  /** @param {unknown} element @param {unknown} value */
  setValue(element, value) {
    if (this.phase !== "running") return this.fail(`set_${this.phase}`);
    const name = text(element);
    const { code } = this.model.set(name, text(value));
    this.error = code;
    this.diagnostic = this.model.diagnostic;
    if (code) return "false";
    try {
      this.hooks.onSet?.(name, this.model.data[name]);
    } catch {
      // The value is kept; what a listener makes of it is not the SCO's concern.
    }
    return "true";
  }

  getLastError() {
    return String(this.error);
  }

  /** @param {unknown} [code] */
  getErrorString(code) {
    const asked = text(code);
    return Object.hasOwn(this.table.errors, asked) ? this.table.errors[asked] : "";
  }

  /** @param {unknown} [code] */
  getDiagnostic(code) {
    const asked = text(code) || String(this.error);
    return (asked === String(this.error) && this.diagnostic) || this.getErrorString(asked);
  }

  /**
   * The functions under the standard's own names, free of `this`, each call reported to the log.
   * @param {Record<string, "initialize" | "terminate" | "commit" | "getValue" | "setValue" | "getLastError" | "getErrorString" | "getDiagnostic">} names
   */
  expose(names) {
    /** @type {Record<string, (...args: unknown[]) => string>} */
    const api = {};
    for (const [method, own] of Object.entries(names)) {
      api[method] = (...args) => {
        const result = this.safely(own, args);
        if (this.hooks.log) this.report(method, args, result);
        return result;
      };
    }
    return api;
  }

  /** @param {string} method @param {unknown[]} args @returns {string} */
  safely(method, args) {
    try {
      return /** @type {any} */ (this)[method](...args);
    } catch {
      return method === "getValue" ? (this.fail("general"), "") : this.fail("general");
    }
  }

  /** @param {string} method @param {unknown[]} args @param {string} result */
  report(method, args, result) {
    const shown = args.map((argument) => (typeof argument === "object" && argument !== null ? "[object]" : text(argument)));
    this.log({ kind: "call", method, args: shown, result, error: String(this.error) });
  }

  /** Nothing at all for an argument is a leniency. @param {unknown} argument */
  empty(argument) {
    if ((argument !== undefined && argument !== null) || !this.model.allowed.has(NO_ARGUMENT)) return argument === "";
    this.model.take(NO_ARGUMENT, "", "", "argument");
    return true;
  }

  /** The situation when a hook fails. @param {(() => boolean | void) | undefined} hook @param {string} failed */
  call(hook, failed) {
    try {
      return hook?.() === false ? failed : "";
    } catch {
      return "general";
    }
  }

  succeed() {
    this.error = 0;
    this.diagnostic = "";
    return "true";
  }

  /** @param {string} situation */
  fail(situation) {
    this.error = this.table.codes[situation];
    this.diagnostic = situation.replaceAll("_", " ");
    return "false";
  }

  /** @param {LenientEntry | CallEntry} entry */
  log(entry) {
    try {
      this.hooks.log?.(entry);
    } catch {
      // A broken log must not break the SCO.
    }
  }
}

/**
 * What content passes, as well-formed text: a string cut in the middle of a character could not be sent.
 * @param {unknown} value
 */
export function text(value) {
  if (value === undefined || value === null) return "";
  const string = String(value);
  const whole = /** @type {any} */ (string).isWellFormed?.() ?? !/[\ud800-\udfff]/.test(string);
  return whole ? string : string.replace(/\p{Surrogate}/gu, "\ufffd");
}
