// @ts-check

/** @typedef {{type: string, correct: string, right: string, wrong: string}} Question */
/** @typedef {{id: string, question: Question, response: string, correct: boolean}} Answer */

/** SCORM 1.2 writes a choice as single letters, joined by commas. @type {Record<string, Question>} */
const QUESTIONS = {
  triangle: { type: "choice", correct: "a", right: "Yes: take one away and it goes out.", wrong: "Look at the triangle again: heat, fuel, oxygen." },
  electrical: { type: "choice", correct: "a,c", right: "Yes: neither of them carries current.", wrong: "Carbon dioxide and powder: water and foam carry current." },
  lift: { type: "true-false", correct: "f", right: "Right, it is false: take the stairs.", wrong: "It is false: a lift may stop at the floor that burns." },
  first: { type: "choice", correct: "c", right: "Yes: everybody else needs the time.", wrong: "The alarm comes first: everybody else needs the time." },
  steps: { type: "sequencing", correct: "p,a,q,s", right: "Yes: pull, aim, squeeze, sweep.", wrong: "Pull, aim, squeeze, sweep." },
};

/** The form of questions: what was answered, and what is right. */
export class Quiz {
  /** @param {HTMLFormElement} form @param {{changed: () => void, checked: (answers: Answer[]) => void}} hooks */
  constructor(form, { changed, checked }) {
    this.form = form;
    form.addEventListener("change", changed);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const missing = this.answers().filter(({ response }) => response === "");
      const alert = /** @type {HTMLElement} */ (document.getElementById("missing"));
      alert.textContent = missing.length ? `Please answer every question; ${missing.length} still to do.` : "";
      if (missing.length === 0) checked(this.answers());
      else this.fields(missing[0].id)[0].focus();
    });
  }

  /** @param {string} id @returns {any[]} */
  fields(id) {
    return [...this.form.querySelectorAll(`[name="${id}"]`)];
  }

  /** @param {string} id @returns {string} empty when not, or only partly, answered */
  response(id) {
    const fields = this.fields(id);
    const selects = fields[0].tagName === "SELECT";
    const given = selects ? fields : fields.filter((field) => field.checked);
    return given.some((field) => field.value === "") ? "" : given.map((field) => field.value).join(",");
  }

  /** @returns {Answer[]} */
  answers() {
    return Object.entries(QUESTIONS).map(([id, question]) => {
      const response = this.response(id);
      return { id, question, response, correct: response === question.correct };
    });
  }

  /** @returns {Record<string, string[]>} what to keep, half-answered questions too */
  save() {
    return Object.fromEntries(Object.keys(QUESTIONS).map((id) => {
      const fields = this.fields(id);
      return [id, fields[0].tagName === "SELECT" ? fields.map((field) => field.value) : fields.filter((field) => field.checked).map((field) => field.value)];
    }));
  }

  /** @param {Record<string, string[]>} saved */
  restore(saved) {
    for (const [id, values] of Object.entries(saved)) {
      this.fields(id).forEach((field, at) => {
        if (field.tagName === "SELECT") field.value = values[at] ?? "";
        else field.checked = values.includes(field.value);
      });
    }
  }

  /** Says beside each question whether it was right, and locks it. */
  mark() {
    for (const { id, question, correct } of this.answers()) {
      const feedback = /** @type {HTMLElement} */ (this.form.querySelector(`[data-question="${id}"] .feedback`));
      feedback.hidden = false;
      feedback.dataset.result = correct ? "correct" : "wrong";
      feedback.textContent = correct ? question.right : question.wrong;
      this.fields(id).forEach((field) => { field.disabled = true; });
    }
    /** @type {HTMLButtonElement} */ (document.getElementById("check")).disabled = true;
  }

  clear() {
    this.form.reset();
    this.form.querySelectorAll(".feedback").forEach((feedback) => feedback.toggleAttribute("hidden", true));
    Object.keys(QUESTIONS).forEach((id) => this.fields(id).forEach((field) => { field.disabled = false; }));
    /** @type {HTMLButtonElement} */ (document.getElementById("check")).disabled = false;
  }
}
