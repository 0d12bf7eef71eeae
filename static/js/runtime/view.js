// @ts-check
/**
 * The page around the content.
 *
 * @typedef {Parameters<import("./words.js").Words["status"]>[0]} Status
 * @typedef {{id: string, title: string, depth: number, leaf: boolean, enabled: boolean, status: Status}} Entry
 * @typedef {{completion: string, success: string, suspended: boolean, seconds: number, score: {scaled?: number, raw?: number, max?: number} | null}} Result
 */
const NARROW = "(max-width: 52rem)";

export class View {
  /**
   * @param {Document} page
   * @param {import("./words.js").Words} words
   * @param {{onNavigate: (kind: string) => void, onChoose: (item: string) => void, onAgain: () => void, onResume: (how: string) => void,
   *   onOwn: (how: string) => void}} handlers
   */
  constructor(page, words, { onNavigate, onChoose, onAgain, onResume, onOwn }) {
    this.page = page;
    this.words = words;
    this.onChoose = onChoose;
    this.language = page.body.dataset.language ?? "";
    /** @type {Map<string, HTMLButtonElement>} */
    this.entries = new Map();
    this.shape = "";
    this.troubled = false;
    /** @type {HTMLButtonElement | null} */
    this.focused = null;
    this.controls = Array.from(/** @type {NodeListOf<HTMLButtonElement>} */ (page.querySelectorAll("button[data-nav]")));
    for (const control of this.controls) {
      control.addEventListener("click", () => onNavigate(control.dataset.nav ?? ""));
    }
    this.part("again").addEventListener("click", onAgain);
    this.part("own").addEventListener("click", () => onOwn("own"));
    this.each("button[data-resume]", (button) => onResume(button.dataset.resume ?? ""));
    this.each("button[data-own]", (button) => onOwn(button.dataset.own ?? ""));
    this.part("menu").addEventListener("click", () => this.toggleContents());
    this.each(".skip", () => this.content().focus());
    page.addEventListener("keydown", (event) => this.key(event));
    this.offerFullScreen();
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

  /** @param {string} selector @param {(element: HTMLElement) => void} onClick */
  each(selector, onClick) {
    for (const found of this.page.querySelectorAll(selector)) {
      const element = /** @type {HTMLElement} */ (found);
      element.addEventListener("click", (event) => {
        event.preventDefault();
        onClick(element);
      });
    }
  }

  /** Where the learner reads: the content's frame, else the page's own card. @returns {HTMLElement} */
  content() {
    return this.page.querySelector("iframe") ?? this.part("stage");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Escape" && this.narrow && this.page.body.dataset.contents === "open") {
      this.toggleContents(false);
      this.part("menu").focus();
    }
    if (event.key === "Enter" && event.altKey) this.part("screen").click();
  }

  /** A button for it where the browser can. */
  offerFullScreen() {
    const button = this.part("screen");
    const root = this.page.documentElement;
    button.hidden = !this.page.fullscreenEnabled;
    const show = () => {
      button.title = this.words.say(this.page.fullscreenElement ? "screen.normal" : "screen.full");
      button.setAttribute("aria-label", button.title);
    };
    show();
    this.page.addEventListener("fullscreenchange", show);
    button.addEventListener("click", () => {
      const done = this.page.fullscreenElement ? this.page.exitFullscreen() : root.requestFullscreen();
      done.catch(() => {});
    });
  }

  /** @param {"asking" | "ready" | "running" | "idle" | "ended"} state */
  state(state) {
    this.page.body.dataset.state = state;
    /** @type {HTMLButtonElement} */ (this.part("own")).disabled = state !== "running" || !this.page.querySelector("iframe");
  }

  /** @param {boolean} open */
  toggleContents(open = this.page.body.dataset.contents !== "open") {
    this.page.body.dataset.contents = open ? "open" : "closed";
    this.part("menu").setAttribute("aria-expanded", String(open));
  }

  /** One card, or none when content is shown. A card that asks for something gets the focus if nothing else has it. @param {string | null} card */
  card(card) {
    for (const one of this.page.querySelectorAll("main > .card")) /** @type {HTMLElement} */ (one).hidden = one.id !== card;
    const title = card && this.page.querySelector(`#${card} h2`);
    const lost = this.page.activeElement === this.page.body || this.page.activeElement === null;
    if (title && lost) /** @type {HTMLElement} */ (title).focus();
  }

  /** @param {string} id @param {string} text */
  write(id, text) {
    this.part(id).textContent = text;
  }

  /** For those who hear the page: what is shown now. @param {string} text */
  speak(text) {
    this.write("spoken", text);
  }

  /** A document that this browser does not show by itself. @param {string} address */
  document(address) {
    const link = /** @type {HTMLAnchorElement} */ (this.part("document").querySelector("a"));
    link.href = address;
    this.card("document");
  }

  /** @param {import("./own_window.js").State} state */
  ownWindow(state) {
    const { title, text, action } = this.words.three(`own.${state}`);
    this.write("own-title", title);
    this.write("own-text", text);
    const button = /** @type {HTMLElement} */ (this.part("own-window").querySelector("[data-own=open]"));
    button.textContent = action;
    button.classList.toggle("primary", state !== "open");
    this.card("own-window");
    this.speak(title);
  }

  /** @param {string} text */
  between(text) {
    this.write("between-text", text);
    this.card("between");
    this.speak(text);
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
    this.write("progress-text", this.words.progress(done, leaves.length));
    this.write("place", contents.find((entry) => entry.id === current)?.title ?? "");
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
      lists[lists.length - 1].append(element("li", {}, this.entry(entry)));
    }
  }

  /** @param {HTMLElement} list */
  sublist(list) {
    const made = element("ul");
    (list.lastElementChild ?? list.appendChild(element("li"))).append(made);
    return made;
  }

  /** @param {Entry} entry */
  entry({ id, title, leaf }) {
    const name = element("span", { className: "name", dir: "auto", textContent: title });
    if (this.language) name.lang = this.language;
    const button = element("button", { type: "button" }, element("span", { className: "status" }), name);
    Object.assign(button.dataset, { item: id, title });
    button.classList.toggle("group", !leaf);
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
    if (button.dataset.status === status) return;
    button.dataset.status = status;
    const said = element("span", { className: "visually-hidden", textContent: `${this.words.status(status)}: ` });
    button.firstElementChild?.replaceChildren(said);
  }

  /** @param {Result} result @param {string | null} returnUrl */
  result(result, returnUrl) {
    const { title, text, mood } = this.words.verdict(result);
    this.part("result").dataset.mood = mood;
    this.write("result-title", title);
    this.write("result-text", text);
    this.write("again", this.words.say(result.suspended ? "again.suspended" : "again.finished"));
    this.part("facts").replaceChildren(...this.words.facts(result).map(fact));
    const link = /** @type {HTMLAnchorElement} */ (this.page.querySelector("[data-return]"));
    link.hidden = !returnUrl;
    if (returnUrl) link.href = returnUrl;
    this.card("result");
    this.part("result-title").focus();
  }

  /** Trouble and its end are spoken, each save is not. @param {string} text @param {"saved" | "waiting" | "trouble"} mood */
  saved(text, mood) {
    const place = this.part("saved");
    if (place.textContent === text && place.dataset.mood === mood) return;
    if (mood === "trouble") this.speak(text);
    if (mood === "saved" && this.troubled) this.speak(this.words.say("saved.again"));
    this.troubled = mood === "trouble" || (this.troubled && mood !== "saved");
    place.textContent = text;
    place.dataset.mood = mood;
  }

  /** @param {import("./words.js").Notice} notice @param {(() => void) | null | undefined} act none: there is nothing to be done here */
  notice({ title, text, action }, act) {
    const dialog = /** @type {HTMLDialogElement} */ (this.part("notice"));
    this.write("notice-title", title);
    this.write("notice-text", text);
    const button = this.part("notice-action");
    button.textContent = action;
    button.hidden = !act;
    button.onclick = () => {
      dialog.close();
      act?.();
    };
    dialog.oncancel = (event) => event.preventDefault();
    if (!dialog.open) dialog.showModal();
    (act ? button : this.part("notice-title")).focus();
  }
}

/** @template {keyof HTMLElementTagNameMap} K @param {K} kind @param {object} properties @param {...HTMLElement} inside */
function element(kind, properties = {}, ...inside) {
  const made = Object.assign(document.createElement(kind), properties);
  made.append(...inside);
  return made;
}

/** @param {[string, string]} row */
function fact([name, value]) {
  return element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value }));
}
