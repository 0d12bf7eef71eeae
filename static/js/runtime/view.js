// @ts-check
/**
 * The page around the content.
 *
 * @typedef {{id: string, title: string, depth: number, leaf: boolean, enabled: boolean, status: keyof typeof words.STATUS}} Entry
 * @typedef {{completion: string, success: string, suspended: boolean, seconds: number, score: {scaled?: number, raw?: number, max?: number} | null}} Result
 */
import * as words from "./words.js";

const NARROW = "(max-width: 52rem)";
const CARDS = ["waiting", "between", "result"];

export class View {
  /**
   * @param {Document} page
   * @param {{onNavigate: (kind: string) => void, onChoose: (item: string) => void, onAgain: () => void}} handlers
   */
  constructor(page, { onNavigate, onChoose, onAgain }) {
    this.page = page;
    this.onChoose = onChoose;
    /** @type {Map<string, HTMLButtonElement>} */
    this.entries = new Map();
    this.shape = "";
    /** @type {HTMLButtonElement | null} */
    this.focused = null;
    /** @type {HTMLButtonElement[]} */
    this.controls = [...page.querySelectorAll("button[data-nav]")].map((one) => /** @type {HTMLButtonElement} */ (one));
    for (const control of this.controls) {
      control.addEventListener("click", () => onNavigate(control.dataset.nav ?? ""));
    }
    this.part("again").addEventListener("click", onAgain);
    this.part("menu").addEventListener("click", () => this.toggleContents());
    page.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.narrow) this.toggleContents(false);
    });
    this.toggleContents(!this.narrow);
    matchMedia(NARROW).addEventListener("change", ({ matches }) => this.toggleContents(!matches && !this.single));
  }

  get single() {
    return this.page.body.classList.contains("single");
  }

  get narrow() {
    return matchMedia(NARROW).matches;
  }

  /** @param {string} id @returns {HTMLElement} */
  part(id) {
    const found = this.page.getElementById(id);
    if (!found) throw new Error(`The page has no ${id}.`);
    return found;
  }

  /** @param {"running" | "idle" | "ended"} state */
  state(state) {
    this.page.body.dataset.state = state;
  }

  /** @param {boolean} open */
  toggleContents(open = this.page.body.dataset.contents !== "open") {
    this.page.body.dataset.contents = open ? "open" : "closed";
    this.part("menu").setAttribute("aria-expanded", String(open));
  }

  /** One card, or none when content is shown. @param {string | null} card */
  card(card) {
    for (const id of CARDS) this.part(id).hidden = id !== card;
  }

  /** @param {string} text */
  between(text) {
    this.part("between-text").textContent = text;
    this.card("between");
  }

  /** @param {Record<string, boolean>} nav @param {string[]} hidden what the package does not want shown */
  navigation(nav, hidden) {
    for (const control of this.controls) {
      const kind = control.dataset.nav ?? "";
      control.hidden = hidden.includes(kind);
      control.disabled = !nav[kind];
    }
    if (this.focused?.disabled) this.part("stage").focus();
    else this.focused?.focus();
    this.focused = null;
  }

  /** While a request is on its way. A control that is disabled loses the focus: it gets it back with the answer. */
  busy() {
    const focused = this.controls.find((control) => control === this.page.activeElement);
    this.focused = focused ?? null;
    for (const control of this.controls) control.disabled = true;
    for (const entry of this.entries.values()) entry.setAttribute("aria-disabled", "true");
  }

  /** @param {Entry[]} contents @param {string | null} current */
  contents(contents, current) {
    const shape = JSON.stringify(contents.map(({ id, title, depth }) => [id, title, depth]));
    if (shape !== this.shape) this.build(contents);
    this.shape = shape;
    for (const entry of contents) this.refresh(entry, entry.id === current);
    const leaves = contents.filter((entry) => entry.leaf);
    const done = leaves.filter((entry) => ["passed", "completed"].includes(entry.status)).length;
    const bar = /** @type {HTMLProgressElement} */ (this.part("progress"));
    bar.max = Math.max(1, leaves.length);
    bar.value = done;
    this.part("progress-text").textContent = words.progress(done, leaves.length);
    this.part("place").textContent = contents.find((entry) => entry.id === current)?.title ?? "";
    if (leaves.length < 2 && !this.single) this.toggleContents(false);
    this.page.body.classList.toggle("single", leaves.length < 2);
  }

  /** @param {Entry[]} contents */
  build(contents) {
    this.entries.clear();
    const top = this.part("contents");
    top.replaceChildren();
    /** @type {HTMLElement[]} */
    const lists = [top];
    for (const entry of contents) {
      while (lists.length > entry.depth + 1) lists.pop();
      while (lists.length < entry.depth + 1) lists.push(this.sublist(lists[lists.length - 1]));
      const row = this.page.createElement("li");
      row.append(this.entry(entry));
      lists[lists.length - 1].append(row);
    }
  }

  /** @param {HTMLElement} list */
  sublist(list) {
    const made = this.page.createElement("ul");
    (list.lastElementChild ?? list.appendChild(this.page.createElement("li"))).append(made);
    return made;
  }

  /** @param {Entry} entry */
  entry({ id, title, leaf }) {
    const button = this.page.createElement("button");
    button.type = "button";
    button.dataset.item = id;
    button.dataset.title = title;
    button.classList.toggle("group", !leaf);
    const name = this.page.createElement("span");
    name.className = "name";
    name.dir = "auto";
    name.textContent = title;
    const mark = this.page.createElement("span");
    mark.className = "status";
    button.append(mark, name);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      if (this.narrow) this.toggleContents(false);
      this.onChoose(id);
    });
    this.entries.set(id, button);
    return button;
  }

  /** @param {Entry} entry @param {boolean} current */
  refresh({ id, enabled, status }, current) {
    const button = this.entries.get(id);
    if (!button) return;
    button.setAttribute("aria-disabled", String(!enabled));
    if (current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    button.dataset.status = status;
    const mark = /** @type {HTMLElement} */ (button.firstElementChild);
    if (mark.dataset.said !== status) {
      mark.dataset.said = status;
      mark.replaceChildren(hiddenText(this.page, `${words.STATUS[status]}: `));
    }
  }

  /** @param {Result} result @param {string | null} returnUrl */
  result(result, returnUrl) {
    const { title, text, mood } = words.verdict(result);
    this.part("result").dataset.mood = mood;
    this.part("result-title").textContent = title;
    this.part("result-text").textContent = text;
    this.part("again").textContent = words.again(result.suspended);
    const facts = [
      ["Score", result.score ? words.points(result.score) : ""],
      ["Time spent", words.span(result.seconds)],
    ].filter(([, value]) => value);
    this.part("facts").replaceChildren(...facts.map(([name, value]) => fact(this.page, name, value)));
    const link = /** @type {HTMLAnchorElement} */ (this.page.querySelector("[data-return]"));
    link.hidden = !returnUrl;
    if (returnUrl) link.href = returnUrl;
    this.card("result");
    this.part("result-title").focus();
  }

  /** @param {string} text @param {"saved" | "waiting" | "trouble"} mood */
  saved(text, mood) {
    const place = this.part("saved");
    if (place.textContent !== text) place.textContent = text;
    place.dataset.mood = mood;
  }

  /** @param {{title: string, text: string, action: string}} notice @param {() => void} act */
  notice({ title, text, action }, act) {
    const dialog = /** @type {HTMLDialogElement} */ (this.part("notice"));
    this.part("notice-title").textContent = title;
    this.part("notice-text").textContent = text;
    const button = this.part("notice-action");
    button.textContent = action;
    button.onclick = () => {
      dialog.close();
      act();
    };
    if (!dialog.open) dialog.showModal();
  }
}

/** @param {Document} page @param {string} text */
function hiddenText(page, text) {
  const made = page.createElement("span");
  made.className = "visually-hidden";
  made.textContent = text;
  return made;
}

/** @param {Document} page @param {string} name @param {string} value */
function fact(page, name, value) {
  const row = page.createElement("div");
  const term = page.createElement("dt");
  const definition = page.createElement("dd");
  term.textContent = name;
  definition.textContent = value;
  row.append(term, definition);
  return row;
}
