// @ts-check
/**
 * The page around units: the player's page, and what there is to say of content that reports by itself.
 *
 * @typedef {"frame" | "own" | "link"} Place where a unit is opened
 * @typedef {import("./view.js").Entry & {place: Place, done: boolean}} Unit
 */
import { View } from "./view.js";

export class UnitsView extends View {
  /**
   * @param {Document} page @param {import("./words.js").Words} words
   * @param {{onNavigate: (kind: string) => void, onChoose: (item: string) => void, onAgain: () => void, onOpen: () => void, onOwn: () => void,
   *   onReview: () => void, onRetake: () => void, onNext: () => void}} handlers
   */
  constructor(page, words, { onNavigate, onChoose, onAgain, onOpen, onOwn, onReview, onRetake, onNext }) {
    super(page, words, { onNavigate, onChoose, onAgain, onResume: () => {}, onOwn });
    for (const [id, act] of Object.entries({ open: onOpen, review: onReview, retake: onRetake, next: onNext })) {
      this.part(id).addEventListener("click", act);
    }
  }

  /** A part that has ended, and where to go on. @param {string} text @param {Unit | undefined} next */
  after(text, next) {
    const button = this.part("next");
    button.hidden = !next;
    button.textContent = next ? this.words.say("units.next", { title: next.title }) : "";
    this.between(text);
  }

  /**
   * A part that is opened by a click: in a window of its own, or by another program.
   * @param {"ready" | "blocked" | "open" | "link"} state @param {string} [url] where a link leads
   */
  outside(state, url = "") {
    const { title, text, action } = this.words.three(`units.${state}`);
    this.write("outside-title", title);
    this.write("outside-text", text);
    this.write("open", action);
    const link = /** @type {HTMLAnchorElement} */ (this.part("follow"));
    link.hidden = !url;
    this.part("open").hidden = Boolean(url);
    if (url) link.href = url;
    else link.removeAttribute("href");
    link.target = state === "link" ? "" : "_blank";
    this.part("outside").dataset.window = state;
    this.card("outside");
    this.speak(title);
  }

  /** A part that has been done: only looked at, or everything again? @param {Unit} unit */
  done(unit) {
    this.write("done-title", this.words.say("units.done.title", { title: unit.title }));
    this.card("done");
    this.speak(this.part("done-title").textContent ?? "");
  }
}
