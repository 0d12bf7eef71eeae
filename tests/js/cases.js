// @ts-check
/** Reads and replays the cases of tests/cases/datamodel/, as tests/scorm_runtime/datamodel/cases.py does. */
import { readdirSync, readFileSync } from "node:fs";

import { createApi12 } from "../../static/js/runtime/api12.js";
import { createApi2004 } from "../../static/js/runtime/api2004.js";
import { DataModel } from "../../static/js/runtime/datamodel.js";

const FOLDER = new URL("../cases/datamodel/", import.meta.url);
const IN_12 = { Initialize: "LMSInitialize", Terminate: "LMSFinish", Commit: "LMSCommit" };

/** @param {string} name */
export function table(name) {
  return JSON.parse(readFileSync(new URL(`tables/${name}.json`, FOLDER), "utf8"));
}

/** Every case with its title; a case that says nothing of strictness counts twice. @returns {[string, any][]} */
export function allCases() {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")).cases.map((/** @type {any} */ c) => [name, c]))
    .flatMap(([name, c]) => ("strict" in c ? [c.strict] : [true, false]).map((strict) => [
      `${name}: ${c.name} (${c.model}, ${Array.isArray(strict) ? `without ${strict.join(" and ")}` : strict ? "strict" : "lenient"})`,
      { ...c, strict },
    ]));
}

/** @param {any} c */
export function start(c) {
  const name = c.model === "scorm12" ? c.model : `${c.model}-${c.edition ?? "4th"}`;
  const options = { strict: c.strict, lookAhead: c.look_ahead, permissions: c.permissions };
  const model = new DataModel(table(name), { ...c.data }, options);
  /** @type {any[]} */
  const log = [];
  const hooks = {
    onInitialize: hook(c.hooks?.initialize),
    onCommit: hook(c.hooks?.commit),
    onTerminate: hook(c.hooks?.terminate),
    log: (/** @type {any} */ entry) => log.push(entry),
  };
  const api = c.model === "scorm12" ? createApi12({ model, hooks }) : createApi2004({ model, hooks });
  return { api, model, log };
}

/** @param {unknown} what */
function hook(what) {
  return () => {
    if (what === "throw") throw new Error("the disk is gone");
    return what !== false;
  };
}

/** The call as it went: method, arguments, result and error. @param {any} api @param {any[]} call @param {boolean} old */
export function replay(api, call, old) {
  const [method, ...rest] = call;
  const given = rest.slice(0, -2).map(expanded);
  const named = (/** @type {string} */ name) => (old ? (/** @type {any} */ (IN_12)[name] ?? `LMS${name}`) : name);
  const result = api[named(method)](...given);
  return [method, ...given, result, Number(api[named("GetLastError")]())];
}

/** `{"prefix": "ab", "repeat": ["x", 3]}` stands for "abxxx". @param {any} value */
export function expanded(value) {
  return typeof value === "object" && value?.repeat ? (value.prefix ?? "") + value.repeat[0].repeat(value.repeat[1]) : value;
}
