// @ts-check

/** @typedef {{type: string, objective: "recognise" | "handle", correct: string, description: string, right: string, wrong: string}} Question */

/** The right answers as SCORM 2004 writes them: [,] between parts, [.] inside a pair, [:] between the ends of a range. @type {Record<string, Question>} */
export const QUESTIONS = {
  which: {
    type: "choice", objective: "recognise", correct: "badge[,]photo", description: "Which of these are personal data?",
    right: "Yes: both lead to a person.", wrong: "The badge and the photograph lead to a person, the other two to nobody.",
  },
  pseudonyms: {
    type: "true-false", objective: "recognise", correct: "false", description: "Once names are replaced by numbers, the data are anonymous.",
    right: "Right, it is false: the list of numbers exists.", wrong: "It is false: the list of numbers exists, so there is a way back.",
  },
  hours: {
    type: "numeric", objective: "handle", correct: "72[:]72", description: "Hours until the authority must hear of a breach",
    right: "Yes: 72 hours, the weekend included.", wrong: "72 hours, the weekend included.",
  },
  principles: {
    type: "matching", objective: "handle", correct: "shredded[.]time[,]form[.]amount[,]folder[.]access",
    description: "Which question does each of these answer?",
    right: "Yes, all three.", wrong: "Shredding: how long. A shorter form: how much. The folder: who sees it.",
  },
  request: {
    type: "choice", objective: "handle", correct: "pass-on", description: "A customer asks what you have about them. What do you do?",
    right: "Yes: the month is already running.", wrong: "Pass it on the same day: the month is already running.",
  },
};

/** @param {string} id @returns {any[]} */
export const fields = (id) => [...document.querySelectorAll(`[name="${id}"]`)];

/** @param {any[]} controls @returns {string[]} the value of each text field and select, of the others those that are chosen */
export function values(controls) {
  const choosable = ["radio", "checkbox"].includes(controls[0].type);
  return choosable ? controls.filter((field) => field.checked).map((field) => field.value) : controls.map((field) => field.value.trim());
}

/** @param {string} id @returns {string} the learner_response, empty when not, or only partly, answered */
export function response(id) {
  const controls = fields(id);
  const given = values(controls);
  if (given.includes("")) return "";
  return given.map((value, at) => (controls[at].dataset.source ? `${controls[at].dataset.source}[.]${value}` : value)).join("[,]");
}

/** @param {string} id @returns {boolean} */
export function isCorrect(id) {
  const { type, correct } = QUESTIONS[id];
  if (type === "numeric") return Number(response(id)) === Number(correct.split("[:]")[0]);
  return response(id) === correct;
}

/** @param {string} id @param {string[]} saved */
export function restore(id, saved) {
  fields(id).forEach((field, at) => {
    if (["radio", "checkbox"].includes(field.type)) field.checked = saved.includes(field.value);
    else field.value = saved[at] ?? "";
  });
}

/** Says beside a question whether it was right, and locks it. @param {string} id */
export function mark(id) {
  const feedback = /** @type {HTMLElement} */ (document.querySelector(`[data-question="${id}"] .feedback`));
  const correct = isCorrect(id);
  feedback.hidden = false;
  feedback.dataset.result = correct ? "correct" : "wrong";
  feedback.textContent = correct ? QUESTIONS[id].right : QUESTIONS[id].wrong;
  fields(id).forEach((field) => { field.disabled = true; });
}
