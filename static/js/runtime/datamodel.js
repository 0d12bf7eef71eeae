// @ts-check
/**
 * Reads and writes one SCO's values by the table that the server sends; what scorm_runtime/datamodel/interpreter.py does there.
 *
 * @typedef {{most?: number, distinct?: boolean, unordered?: boolean}} PatternRule
 * @typedef {{name: string, access: string, type: string, default?: string, keyword?: boolean, count?: boolean, requires?: string[],
 *   unique?: boolean, once?: boolean, appends?: boolean, resets?: string[], rules?: Record<string, PatternRule>, source?: string,
 *   derived?: {threshold: string, measure: string, reached: string, below: string}, shared?: boolean, fixed?: boolean,
 *   blankIsUnset?: boolean}} Element
 * @typedef {{standard: string, edition?: string, elements: Record<string, Element>, types: Record<string, import("./values.js").Type>,
 *   codes: Record<string, number>, errors: Record<string, string>, target?: [string, string], keywords: Record<string, string>,
 *   leniencies: string[], maxCharacters: number, maxRows: number, maxMessage: number}} Table
 * @typedef {{element?: Element, children: Map<string, Node>, row?: Node}} Node
 * @typedef {{collection: string, index: number}} Row  index NaN: digits that name no row ("01")
 * @typedef {{name: string, element?: Element, rows: Row[], target?: string, missing: string}} Reference
 * @typedef {{continue?: boolean, previous?: boolean, choice?: Record<string, boolean>, jump?: Record<string, boolean>}} LookAhead
 * @typedef {{leniency: string, element: string, value: string, fault: string, code: number}} Taken  what a leniency has let through
 */

import { longerThan, Values } from "./values.js";

const INDEX = /^[0-9]+$/;
const CANONICAL = /^(?:0|[1-9][0-9]{0,8})$/;
const TARGET = "{target}";
const REMEMBERED = 4000;

export class DataModel {
  /**
   * @param {Table} table
   * @param {Record<string, string>} data the values at launch; changed in place
   * @param {{strict?: boolean | string[], lookAhead?: LookAhead | null, permissions?: {read?: boolean, write?: boolean}[]}} [options]
   */
  constructor(table, data, { strict = false, lookAhead = null, permissions = [] } = {}) {
    this.table = table;
    this.data = data;
    /** The leniencies that are not refused: all, none, or all but those that `strict` names. */
    this.allowed = new Set(strict === true ? [] : table.leniencies.filter((name) => !strict || !strict.includes(name)));
    /** May be replaced whenever the server has looked ahead again. */
    this.lookAhead = lookAhead;
    this.permissions = permissions;
    this.diagnostic = "";
    /** Called with what strict checking would have refused. @type {(entry: Taken) => void} */
    this.onLeniency = () => {};
    /** @type {Map<string, string | null>} */
    this.changes = new Map();
    this.values = new Values(table.types);
    this.root = tree(table);
    this.situations = new Set(Object.values(table.keywords));
    /** @type {Map<string, Reference>} */
    this.references = new Map();
    /** @type {Map<string, number>} */
    this.counts = new Map();
    /** @type {Map<string, Map<string, number>>} */
    this.identifiers = new Map();
    for (const name of Object.keys(data)) this.countRows(this.resolve(name).rows);
  }

  /** The elements set since the last time, in order, or null; a null value: no longer set. */
  takeChanges() {
    if (!this.changes.size) return null;
    const changes = Object.fromEntries(this.changes);
    this.changes = new Map();
    return changes;
  }

  /** @param {string} name @returns {{value: string, code: number}} */
  get(name) {
    this.diagnostic = "";
    if (!name) return { value: "", code: this.refuse("get_empty", name) };
    const at = this.resolve(name);
    const element = at.element;
    if (!element) return { value: "", code: this.refuse(at.missing, name) };
    if (element.access === "wo") return { value: "", code: this.refuse("write_only", name) };
    for (const { collection, index } of at.rows) {
      if (!(index < (this.counts.get(collection) ?? 0))) return { value: "", code: this.refuse("get_index", name) };
    }
    if (element.shared && !this.permits(at, "read")) return { value: "", code: this.refuse("write_only", name) };
    const value = this.read(at, element);
    return value === undefined ? { value: "", code: this.refuse("not_initialized", name) } : { value, code: 0 };
  }

  /** @param {string} name @param {string} value @returns {{code: number}} */
  set(name, value) {
    this.diagnostic = "";
    if (!name) return { code: this.refuse("set_empty", name) };
    const at = this.resolve(name);
    const element = at.element;
    if (!element) return { code: this.refuse(this.situations.has(at.missing) ? "keyword" : at.missing, name) };
    const forbidden = this.forbidden(at, element);
    if (forbidden) return { code: this.refuse(forbidden, name, value) };
    const whole = element.appends ? (this.data[name] ?? "") + value : value;
    const verdict = this.values.judge(element.type, whole, this.allowed, (other) => this.data[beside(at, other)]);
    const fault = longerThan(whole, this.table.maxCharacters) ? "length" : verdict.fault;
    const refused = fault || this.conflict(at, element, verdict.value);
    if (refused) return { code: this.refuse(refused, name, value) };
    for (const leniency of verdict.leniencies) this.take(leniency, name, whole, verdict.sloppy);
    this.store(at, element, verdict.value);
    return { code: 0 };
  }

  /** @param {string} leniency @param {string} element @param {string} value @param {string} fault */
  take(leniency, element, value, fault) {
    this.onLeniency({ leniency, element, value: value.slice(0, 100), fault, code: this.table.codes[fault] });
  }

  /** @param {Reference} at @param {Element} element @returns {string | undefined} */
  read(at, element) {
    if (element.count) return String(this.counts.get(at.name.slice(0, at.name.lastIndexOf("."))) ?? 0);
    if (element.source) return this.foreseen(at, element);
    if (element.derived && this.data[element.derived.threshold] !== undefined) {
      const measure = this.data[element.derived.measure];
      if (measure === undefined) return element.default;
      const reached = Number(measure) >= Number(this.data[element.derived.threshold]);
      return reached ? element.derived.reached : element.derived.below;
    }
    const value = this.data[at.name] ?? element.default;
    return element.blankIsUnset && !value ? undefined : value;
  }

  /** @param {Reference} at @param {Element} element */
  foreseen(at, element) {
    /** @type {any} */
    let answer = /** @type {any} */ (this.lookAhead)?.[element.source ?? ""];
    if (at.target !== undefined && answer) answer = Object.hasOwn(answer, at.target) ? answer[at.target] : false;
    return typeof answer === "boolean" ? String(answer) : element.default;
  }

  /** Why this element cannot be set now, whatever the value. @param {Reference} at @param {Element} element */
  forbidden(at, element) {
    if (element.keyword) return "keyword";
    if (element.access === "ro") return "read_only";
    for (const { collection, index } of at.rows) {
      const last = (this.counts.get(collection) ?? 0) - (element.fixed ? 1 : 0);
      if (!(index <= last) || index >= this.table.maxRows) return "set_index";
    }
    if (element.shared && !this.permits(at, "write")) return "read_only";
    if (element.requires?.some((other) => this.data[beside(at, other)] === undefined)) return "dependency";
    const most = this.rule(at, element)?.most;
    return most !== undefined && (at.rows.at(-1)?.index ?? 0) >= most ? "set_conflict" : "";
  }

  /** The pattern rule of the interaction's type. @param {Reference} at @param {Element} element @returns {PatternRule | undefined} */
  rule(at, element) {
    if (!element.rules) return undefined;
    const type = this.data[beside(at, this.table.types[element.type].element ?? "")] ?? "";
    return Object.hasOwn(element.rules, type) ? element.rules[type] : undefined;
  }

  /** @param {Reference} at @param {"read" | "write"} what */
  permits(at, what) {
    return this.permissions[at.rows[0].index]?.[what] ?? true;
  }

  /**
   * Identifiers are unique in their collection; some are set once; some patterns must differ.
   * @param {Reference} at @param {Element} element @param {string} value
   */
  conflict(at, element, value) {
    if (element.once && (this.data[at.name] ?? value) !== value) return "set_conflict";
    const { collection, index } = at.rows.at(-1) ?? { collection: "", index: 0 };
    const leaf = at.name.slice(at.name.lastIndexOf("."));
    if (element.unique) return (this.owners(collection, leaf).get(value) ?? index) === index ? "" : "set_conflict";
    const rule = this.rule(at, element);
    if (!rule?.distinct) return "";
    const wanted = comparable(value, rule);
    for (let other = this.counts.get(collection) ?? 0; other-- > 0; ) {
      const found = this.data[`${collection}.${other}${leaf}`];
      if (other !== index && found !== undefined && comparable(found, rule) === wanted) return "set_conflict";
    }
    return "";
  }

  /** Which row has which identifier; looked through once, then kept. @param {string} collection @param {string} leaf */
  owners(collection, leaf) {
    let owners = this.identifiers.get(collection + leaf);
    if (!owners) {
      owners = new Map();
      for (let row = this.counts.get(collection) ?? 0; row-- > 0; ) owners.set(this.data[`${collection}.${row}${leaf}`], row);
      this.identifiers.set(collection + leaf, owners);
    }
    return owners;
  }

  /** @param {Reference} at @param {Element} element @param {string} value */
  store(at, element, value) {
    const before = this.data[at.name];
    if (before === value) return;
    if (element.unique) {
      const { collection, index } = at.rows[at.rows.length - 1];
      const owners = this.owners(collection, at.name.slice(at.name.lastIndexOf(".")));
      owners.delete(before);
      owners.set(value, index);
    }
    if (before !== undefined) {
      for (const template of element.resets ?? []) this.reset(beside(at, template));
    }
    this.data[at.name] = value;
    // Else it keeps its place: what was set after it may depend on it.
    if (typeof this.changes.get(at.name) !== "string") this.changes.delete(at.name);
    this.changes.set(at.name, value);
    this.countRows(at.rows);
  }

  /** Forgets an element and all below it. @param {string} parent */
  reset(parent) {
    for (const name of Object.keys(this.data)) {
      if (name !== parent && !name.startsWith(`${parent}.`)) continue;
      delete this.data[name];
      this.changes.delete(name);
      this.changes.set(name, null);
    }
    this.counts.delete(parent);
  }

  /** @param {Row[]} rows */
  countRows(rows) {
    for (const { collection, index } of rows) {
      if (!(index < (this.counts.get(collection) ?? 0))) this.counts.set(collection, index + 1);
    }
  }

  /** @param {string} situation @param {string} name @param {string} [value] */
  refuse(situation, name, value) {
    const found = value === undefined ? "" : `, found ${JSON.stringify(value.slice(0, 60))}`;
    this.diagnostic = `${name || "no element"}: ${situation.replaceAll("_", " ")}${found}`.slice(0, this.table.maxMessage);
    return this.table.codes[situation];
  }

  /** @param {string} name @returns {Reference} */
  resolve(name) {
    const known = this.references.get(name);
    if (known) return known;
    if (this.references.size >= REMEMBERED) this.references.clear();
    const found = this.walk(name);
    this.references.set(name, found);
    return found;
  }

  /** @param {string} name @returns {Reference} */
  walk(name) {
    const { tokens, target } = this.tokens(name);
    /** @type {Row[]} */
    const rows = [];
    let node = this.root;
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at];
      const child = node.children.get(token);
      if (node.row && INDEX.test(token)) {
        rows.push({ collection: tokens.slice(0, at).join("."), index: CANONICAL.test(token) ? Number(token) : NaN });
        node = node.row;
      } else if (child && (token !== TARGET || target !== undefined)) {
        node = child;
      } else {
        const keyword = at > 0 && at === tokens.length - 1 && Object.hasOwn(this.table.keywords, token);
        return { name, rows: [], missing: keyword ? this.table.keywords[token] : at > 1 ? "undefined_child" : "undefined" };
      }
    }
    if (!node.element) return { name, rows: [], missing: tokens.length > 1 ? "undefined_child" : "undefined" };
    return { name, element: node.element, rows, target, missing: "" };
  }

  /** @param {string} name @returns {{tokens: string[], target?: string}} */
  tokens(name) {
    const [prefix, suffix] = this.table.target ?? ["", ""];
    const at = prefix && name.endsWith(suffix) ? name.indexOf(`.${prefix}`) : -1;
    if (at < 0) return { tokens: name.split(".") };
    const target = name.slice(at + 1 + prefix.length, -suffix.length).replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
    return { tokens: [...name.slice(0, at).split("."), TARGET], target };
  }
}

/** @param {Table} table @returns {Node} */
function tree(table) {
  /** @type {Node} */
  const root = { children: new Map() };
  for (const element of Object.values(table.elements)) {
    let node = root;
    for (const token of element.name.split(".")) {
      if (token === "n" || token === "m") {
        node.row ??= { children: new Map() };
        node = node.row;
      } else {
        const child = node.children.get(token) ?? { children: new Map() };
        node.children.set(token, child);
        node = child;
      }
    }
    node.element = element;
  }
  return root;
}

/** The concrete name of another element of the same rows: `cmi.interactions.n.id` -> `cmi.interactions.3.id`. @param {Reference} at @param {string} template */
function beside(at, template) {
  let name = template;
  for (let depth = 0; depth < at.rows.length; depth++) name = name.replace(depth ? ".m." : ".n.", `.${at.rows[depth].index}.`);
  return name;
}

/** @param {string} value @param {PatternRule} [rule] */
function comparable(value, rule) {
  return rule?.unordered ? value.split("[,]").sort().join("[,]") : value;
}
