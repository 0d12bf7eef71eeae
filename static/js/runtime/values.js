// @ts-check
/**
 * Checks a value against a type of the table, as scorm_runtime/datamodel/values.py does; tests/cases/datamodel/ holds the two together.
 * A fault is "" (none), "type", "range" or "length" (longer, or more entries, than the smallest permitted maximum).
 *
 * @typedef {(name: string) => string | undefined} Lookup
 * @typedef {{lookup: Lookup, allowed: Set<string>, used: Set<string>}} Look  one examination: the leniencies it may use, and has used
 * @typedef {(value: string, look: Look) => string} Check
 * @typedef {{kind: string, spm?: number, pattern?: string, values?: string[], fold?: boolean, aliases?: Record<string, string>,
 *   min?: number, max?: number, of?: string[], prefix?: string, suffix?: string, delimiter?: string, least?: number, most?: number,
 *   distinct?: boolean, optional?: boolean, names?: string[], hoist?: boolean, element?: string, cases?: Record<string, string>,
 *   lenient?: Record<string, string>}} Type
 */

const ORDER = ["type", "range", "length"];
const LONGER_TEXT = "longer-text";
const LONGER_LISTS = "longer-lists";
/** @type {Set<string>} */
const NOTHING = new Set();

/** Every type of one table, compiled once. */
export class Values {
  /** @param {Record<string, Type>} types */
  constructor(types) {
    this.types = types;
    /** @type {Map<string, Check>} */
    this.checks = new Map();
  }

  /**
   * Strict rules first; where they fail, once more with what is allowed of the leniencies.
   * @param {string} name @param {string} value @param {Set<string>} allowed @param {Lookup} lookup
   * @returns {{value: string, fault: string, sloppy: string, leniencies: string[]}}
   */
  judge(name, value, allowed, lookup) {
    const check = this.check(name);
    const exact = { lookup, allowed: NOTHING, used: NOTHING };
    const fault = check(value, exact);
    if (!fault) return { value: this.canonical(name, value, exact), fault: "", sloppy: "", leniencies: [] };
    const look = { lookup, allowed, used: new Set() };
    if (!allowed.size || check(value, look)) return { value, fault, sloppy: "", leniencies: [] };
    return { value: this.canonical(name, value, look), fault: "", sloppy: fault, leniencies: [...look.used] };
  }

  /** @param {string} name @returns {Check} */
  check(name) {
    let check = this.checks.get(name);
    if (!check) {
      check = this.leniently(this.types[name], this.compile(this.types[name]));
      this.checks.set(name, check);
    }
    return check;
  }

  /**
   * The type's own rules, else what an allowed leniency takes instead.
   * @param {Type} type @param {Check} own @returns {Check}
   */
  leniently(type, own) {
    const others = Object.entries(type.lenient ?? {}).map(([leniency, name]) => ({ leniency, check: this.check(name) }));
    return (value, look) => {
      if (!look.allowed.size) return own(value, look);
      const before = [...look.used];
      const fault = own(value, look);
      if (!fault) return "";
      for (const { leniency, check } of others) {
        look.used = new Set(before);
        if (takes(look, leniency) && !check(value, look)) return "";
      }
      look.used = new Set(before);
      return fault;
    };
  }

  /** @param {Type} type @returns {Check} */
  compile(type) {
    switch (type.kind) {
      case "string":
        return (value, look) => tooLong(type, value, look);
      case "pattern": {
        const matches = expression(type);
        return (value, look) => (matches.test(value) ? tooLong(type, value, look) : "type");
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
        const checks = (type.of ?? []).map((name) => this.check(name));
        return (value, look) => {
          const faults = new Set();
          for (const check of checks) {
            const fault = check(value, look);
            if (!fault) return "";
            faults.add(fault);
          }
          return ["length", "range"].find((fault) => faults.has(fault)) ?? "type";
        };
      }
      case "flags":
        return this.flags(type);
      case "by": {
        const cases = new Map(Object.values(type.cases ?? {}).map((name) => [name, this.check(name)]));
        return (value, look) => cases.get(caseOf(type, look.lookup) ?? "")?.(value, look) ?? "type";
      }
      default:
        throw new Error(`unknown kind of type ${type.kind}`);
    }
  }

  /** @param {Type} type @returns {Check} */
  localized(type) {
    const { prefix = "", suffix = "", of = [] } = type;
    const language = this.check(of[0]);
    return (value, look) => {
      const end = value.startsWith(prefix) ? value.indexOf(suffix) : -1;
      if (end < 0) return tooLong(type, value, look);
      return language(value.slice(prefix.length, end), look) || tooLong(type, value.slice(end + suffix.length), look);
    };
  }

  /** @param {Type} type @returns {Check} */
  list(type) {
    const { delimiter = "", least = 1, most, distinct, of = [] } = type;
    const part = this.check(of[0]);
    return (value, look) => {
      const parts = value || least ? value.split(delimiter) : [];
      const faults = new Set(parts.map((text) => part(text, look)));
      if (faults.has("type") || (distinct && new Set(parts).size < parts.length)) return "type";
      const many = most !== undefined && parts.length > most && !takes(look, LONGER_LISTS);
      return faults.has("range") ? "range" : many || faults.has("length") ? "length" : "";
    };
  }

  /** @param {Type} type @returns {Check} */
  pair(type) {
    const { delimiter = "", optional, of = [] } = type;
    const checks = of.map((name) => this.check(name));
    return (value, look) => {
      const parts = value.split(delimiter);
      if (parts.length !== checks.length || parts.every((text) => !text)) return "type";
      const faults = parts.map((text, at) => (text || !optional ? checks[at](text, look) : ""));
      return ORDER.find((fault) => faults.includes(fault)) ?? "";
    };
  }

  /** @param {Type} type @returns {Check} */
  range(type) {
    const { delimiter = "", of = [] } = type;
    const part = this.check(of[0]);
    return (value, look) => {
      const parts = value.split(delimiter);
      if (parts.length !== 2 || parts.some((text) => text && part(text, look))) return "type";
      return parts[0] && parts[1] && Number(parts[0]) > Number(parts[1]) ? "type" : "";
    };
  }

  /** @param {Type} type @returns {Check} */
  flags(type) {
    const text = this.check((type.of ?? [])[0]);
    return (value, look) => {
      const { flags, rest } = this.unflag(type, value);
      const wrong = flags.some((flag) => !type.values?.includes(flag.slice(flag.indexOf("=") + 1)));
      return wrong ? "type" : text(rest, look);
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
   * @param {string} name @param {string} value @param {Look} look @returns {string}
   */
  canonical(name, value, look) {
    const type = this.types[name];
    if (type.kind === "by") return this.canonical(caseOf(type, look.lookup) ?? "", value, look);
    if (type.hoist) {
      const { flags, rest } = this.unflag(type, value);
      return flags.map((flag) => `{${flag}}`).join("") + rest;
    }
    if (!look.allowed.size) return value;
    if (type.kind === "any") {
      const spelled = (type.of ?? []).map((option) => this.canonical(option, value, look));
      return spelled.find((text) => text !== value) ?? value;
    }
    for (const [leniency, other] of Object.entries(type.lenient ?? {})) {
      const word = look.allowed.has(leniency) && this.types[other].fold ? folded(this.types[other], value) : undefined;
      if (word !== undefined) return word;
    }
    return value;
  }
}

/** @param {Look} look @param {string} leniency */
function takes(look, leniency) {
  if (!look.allowed.has(leniency)) return false;
  look.used.add(leniency);
  return true;
}

/** @param {Type} type */
function expression(type) {
  return new RegExp(`^(?:${type.pattern})$`, "u");
}

/** Characters are code points, as in Python. @param {Type} type @param {string} value @param {Look} look */
function tooLong(type, value, look) {
  return type.spm !== undefined && longerThan(value, type.spm) && !takes(look, LONGER_TEXT) ? "length" : "";
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
