// @ts-check

/** Shows one section of the document at a time, with previous and next. */
export class Pages {
  /** @param {(page: string) => void} turned called with the id of each page that was turned to */
  constructor(turned) {
    this.turned = turned;
    this.sections = [...document.querySelectorAll("main > section")];
    this.index = 0;
    this.previous = /** @type {HTMLButtonElement} */ (document.getElementById("previous"));
    this.next = /** @type {HTMLButtonElement} */ (document.getElementById("next"));
    this.previous.addEventListener("click", () => this.show(this.index - 1));
    this.next.addEventListener("click", () => this.show(this.index + 1));
  }

  /** @param {string} page @returns {boolean} whether there is such a page */
  open(page) {
    const index = this.sections.findIndex((section) => section.id === page);
    this.show(Math.max(index, 0), index > 0);
    return index >= 0;
  }

  /** @param {number} index */
  show(index, focus = true) {
    this.index = index;
    this.sections.forEach((section, at) => section.toggleAttribute("hidden", at !== index));
    this.previous.disabled = index === 0;
    this.next.disabled = index === this.sections.length - 1;
    const progress = /** @type {HTMLProgressElement} */ (document.getElementById("progress"));
    progress.max = this.sections.length;
    progress.value = index + 1;
    /** @type {HTMLElement} */ (document.getElementById("page-number")).textContent = String(index + 1);
    /** @type {HTMLElement} */ (document.getElementById("page-count")).textContent = String(this.sections.length);
    if (focus) this.sections[index].querySelector("h1")?.focus();
    window.scrollTo(0, 0);
    this.turned(this.sections[index].id);
  }
}
