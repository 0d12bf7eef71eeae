// @ts-check
/**
 * Checks a value against a type of the table, as scorm_runtime/datamodel/values.py does; tests/cases/datamodel/ holds the two together.
 * A fault is "" (none), "type", "range" or "length" (longer, or more entries, than the smallest permitted maximum).
 *
 * @typedef {(name: string) => string | undefined} Lookup
 * @typedef {(value: string, loose: boolean, lookup: Lookup) => string} Check
 * @typedef {{kind: string, spm?: number, pattern?: string, values?: string[], fold?: boolean, aliases?: Record<string, string>,
 *   min?: number, max?: number, of?: string[], prefix?: string, suffix?: string, delimiter?: string, least?: number, most?: number,
 *   distinct?: boolean, optional?: boolean, names?: string[], hoist?: boolean, element?: string, cases?: Record<string, string>,
 *   lenient?: string}} Type
 */

const ORDER = ["type", "range", "length"];

/** Every type of one table, compiled once. */
export class Values {
  /** @param {Record<string, Type>} types */
  constructor(types) {
    this.types = types;
    /** @type {Map<string, Check>} */
    this.checks = new Map();
  }

  /**
   * Strict rules first; when they fail and leniency is allowed, too long is let through and the lenient type is tried.
   * @param {string} name @param {string} value @param {boolean} strict @param {Lookup} lookup
   * @returns {{value: string, fault: string, sloppy: string}}
   */
  judge(name, value, strict, lookup) {
    const fault = this.check(name)(value, false, lookup);
    if (!fault) return { value: this.canonical(name, value, false, lookup), fault: "", sloppy: "" };
    if (strict) return { value, fault, sloppy: "" };
    const loose = this.check(this.types[name].lenient ?? name)(value, true, lookup);
    if (loose && loose !== "length") return { value, fault, sloppy: "" };
    return { value: this.canonical(name, value, true, lookup), fault: "", sloppy: fault };
  }

  /** @param {string} name @returns {Check} */
  check(name) {
    let check = this.checks.get(name);
    if (!check) {
      check = this.compile(this.types[name]);
      this.checks.set(name, check);
    }
    return check;
  }

  /**
   * The check of a part: with leniency, its lenient type's.
   * @param {string} name @returns {Check}
   */
  inner(name) {
    const exact = this.check(name);
    const lenient = this.types[name].lenient;
    const loosely = lenient ? this.check(lenient) : exact;
    return (value, loose, lookup) => (loose ? loosely : exact)(value, loose, lookup);
  }

  /** @param {Type} type @returns {Check} */
  compile(type) {
    switch (type.kind) {
      case "string":
        return (value) => tooLong(type, value);
      case "pattern": {
        const matches = expression(type);
        return (value) => (matches.test(value) ? tooLong(type, value) : "type");
      }
      case "vocabulary": {
        const words = new Set(type.values);
        return (value) => (words.has(value) || (type.fold && folded(type, value) !== undefined) ? "" : "type");
      }
      case "number":
        return numberCheck(type);
      case "language": {
        const matches = expression(type);
        const primary = new Set(type.values);
        return (value) => (primary.has(matches.exec(value)?.[1].toLowerCase() ?? "") ? "" : "type");
      }
      case "localized":
        return this.localized(type);
      case "list":
        return this.list(type);
      case "pair":
        return this.pair(type);
      case "range":
        return this.range(type);
      case "any": {
        const checks = (type.of ?? []).map((name) => this.inner(name));
        return (value, loose, lookup) => {
          const faults = checks.map((check) => check(value, loose, lookup));
          return ["", "length", "range"].find((fault) => faults.includes(fault)) ?? "type";
        };
      }
      case "flags":
        return this.flags(type);
      case "by": {
        const cases = new Map(Object.values(type.cases ?? {}).map((name) => [name, this.inner(name)]));
        return (value, loose, lookup) => cases.get(caseOf(type, lookup) ?? "")?.(value, loose, lookup) ?? "type";
      }
      default:
        throw new Error(`unknown kind of type ${type.kind}`);
    }
  }

  /** @param {Type} type @returns {Check} */
  localized(type) {
    const { prefix = "", suffix = "", of = [] } = type;
    const language = this.inner(of[0]);
    return (value, loose, lookup) => {
      const end = value.startsWith(prefix) ? value.indexOf(suffix) : -1;
      if (end < 0) return tooLong(type, value);
      return language(value.slice(prefix.length, end), loose, lookup) || tooLong(type, value.slice(end + suffix.length));
    };
  }

  /** @param {Type} type @returns {Check} */
  list(type) {
    const { delimiter = "", least = 1, most, distinct, of = [] } = type;
    const part = this.inner(of[0]);
    return (value, loose, lookup) => {
      const parts = value || least ? value.split(delimiter) : [];
      const faults = new Set(parts.map((text) => part(text, loose, lookup)));
      if (faults.has("type") || (distinct && new Set(parts).size < parts.length)) return "type";
      const long = faults.has("length") || (most !== undefined && parts.length > most);
      return faults.has("range") ? "range" : long ? "length" : "";
    };
  }

  /** @param {Type} type @returns {Check} */
  pair(type) {
    const { delimiter = "", optional, of = [] } = type;
    const checks = of.map((name) => this.inner(name));
    return (value, loose, lookup) => {
      const parts = value.split(delimiter);
      if (parts.length !== checks.length || parts.every((text) => !text)) return "type";
      const faults = parts.map((text, at) => (text || !optional ? checks[at](text, loose, lookup) : ""));
      return ORDER.find((fault) => faults.includes(fault)) ?? "";
    };
  }

  /** @param {Type} type @returns {Check} */
  range(type) {
    const { delimiter = "", of = [] } = type;
    const part = this.inner(of[0]);
    return (value, loose, lookup) => {
      const parts = value.split(delimiter);
      if (parts.length !== 2 || parts.some((text) => text && part(text, loose, lookup))) return "type";
      return parts[0] && parts[1] && Number(parts[0]) > Number(parts[1]) ? "type" : "";
    };
  }

  /** @param {Type} type @returns {Check} */
  flags(type) {
    const text = this.inner((type.of ?? [])[0]);
    return (value, loose, lookup) => {
      const { flags, rest } = this.unflag(type, value);
      const wrong = flags.some((flag) => !type.values?.includes(flag.slice(flag.indexOf("=") + 1)));
      return wrong ? "type" : text(rest, loose, lookup);
    };
  }

  /**
   * The flags before the text (`name=word`), and the text. With `hoist` the language may stand before or among them.
   * @param {Type} type @param {string} value
   */
  unflag(type, value) {
    const prefix = type.hoist ? this.types[(type.of ?? [])[0]].prefix : undefined;
    const flags = [];
    let language = "";
    let rest = value;
    while (rest.startsWith("{")) {
      const end = rest.indexOf("}");
      if (end < 0) break;
      const token = rest.slice(0, end + 1);
      const equals = token.indexOf("=");
      if (equals > 0 && type.names?.includes(token.slice(1, equals))) flags.push(token.slice(1, end));
      else if (prefix && !language && token.startsWith(prefix)) language = token;
      else break;
      rest = rest.slice(end + 1);
    }
    return { flags, rest: language + rest };
  }

  /**
   * The vocabulary's own spelling of a folded word, flags before the language; any other accepted value as it is.
   * @param {string} name @param {string} value @param {boolean} loose @param {Lookup} lookup @returns {string}
   */
  canonical(name, value, loose, lookup) {
    const type = this.types[name];
    if (type.kind === "by") return this.canonical(caseOf(type, lookup) ?? "", value, loose, lookup);
    if (type.hoist) {
      const { flags, rest } = this.unflag(type, value);
      return flags.map((flag) => `{${flag}}`).join("") + rest;
    }
    if (!loose) return value;
    if (type.kind === "any") {
      const spelled = (type.of ?? []).map((option) => this.canonical(option, value, loose, lookup));
      return spelled.find((text) => text !== value) ?? value;
    }
    const lenient = type.lenient ? this.types[type.lenient] : type;
    return (lenient.kind === "vocabulary" && lenient.fold ? folded(lenient, value) : undefined) ?? value;
  }
}

/** @param {Type} type */
function expression(type) {
  return new RegExp(`^(?:${type.pattern})$`, "u");
}

/** Characters are code points, as in Python. @param {Type} type @param {string} value */
function tooLong(type, value) {
  return type.spm !== undefined && longerThan(value, type.spm) ? "length" : "";
}

/** @param {string} value @param {number} limit */
export function longerThan(value, limit) {
  return value.length > limit && (value.length > 2 * limit || [...value].length > limit);
}

/** @param {Type} type @returns {Check} */
function numberCheck(type) {
  const matches = expression(type);
  const { min = -Infinity, max = Infinity } = type;
  return (value) => {
    if (!matches.test(value)) return "type";
    const number = Number(value);
    return number < min || number > max ? "range" : "";
  };
}

/** @param {Type} type @param {string} value */
function folded(type, value) {
  const plain = value.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "").toLowerCase();
  const word = own(type.aliases, plain) ?? plain;
  return type.values?.includes(word) ? word : undefined;
}

/** @param {Type} type @param {Lookup} lookup */
function caseOf(type, lookup) {
  return own(type.cases, lookup(type.element ?? "") ?? "") ?? own(type.cases, "");
}

/** @param {Record<string, string> | undefined} table @param {string} key */
function own(table, key) {
  return table && Object.hasOwn(table, key) ? table[key] : undefined;
}
