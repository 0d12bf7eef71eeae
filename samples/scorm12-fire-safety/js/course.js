// @ts-check
import { Pages } from "./pages.js";
import { Quiz } from "./quiz.js";
import { Session, timespan } from "./scorm12.js";

/** @import { Answer } from "./quiz.js" */

const PASS_MARK = 80;
const lms = new Session();
const counts = lms.get("cmi.core.lesson_mode") !== "browse" && lms.get("cmi.core.lesson_mode") !== "review";
const state = { answers: {}, marked: false, best: -1 };
let questionsShown = Date.now();

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

function passMark() {
  return Number(lms.get("cmi.student_data.mastery_score") || PASS_MARK);
}

function save() {
  state.answers = quiz.save();
  lms.set("cmi.suspend_data", JSON.stringify(state));
  lms.commit();
}

/** @param {Answer[]} answers */
function recordAnswers(answers) {
  const first = Number(lms.get("cmi.interactions._count") || 0);
  const time = new Date().toTimeString().slice(0, 8);
  const latency = timespan((Date.now() - questionsShown) / answers.length);
  answers.forEach(({ id, question, response, correct }, at) => {
    const row = `cmi.interactions.${first + at}`;
    lms.set(`${row}.id`, id);
    lms.set(`${row}.type`, question.type);
    lms.set(`${row}.time`, time);
    lms.set(`${row}.correct_responses.0.pattern`, question.correct);
    lms.set(`${row}.weighting`, 1);
    lms.set(`${row}.student_response`, response);
    lms.set(`${row}.result`, correct ? "correct" : "wrong");
    lms.set(`${row}.latency`, latency);
  });
}

/** @param {Answer[]} answers */
function check(answers) {
  const score = Math.round((100 * answers.filter(({ correct }) => correct).length) / answers.length);
  state.marked = true;
  if (counts) recordAnswers(answers);
  if (counts && score > state.best) {
    state.best = score;
    lms.set("cmi.core.score.min", 0);
    lms.set("cmi.core.score.max", 100);
    lms.set("cmi.core.score.raw", score);
    lms.set("cmi.core.lesson_status", score >= passMark() ? "passed" : "failed");
  }
  save();
  showResult(score);
  pages.open("result");
}

/** @param {number} score */
function showResult(score) {
  const passed = score >= passMark();
  quiz.mark();
  byId("score").textContent = `You have ${score} of 100 points. ${passed ? "You have passed." : `You need ${passMark()}.`}`;
  byId("advice").textContent = passed ? "You may look at your answers on the page before." : "Look at your answers on the page before, then try again.";
  byId("again").hidden = passed;
}

function tryAgain() {
  state.marked = false;
  quiz.clear();
  save();
  byId("again").hidden = true;
  byId("score").textContent = "You have not answered the questions yet.";
  byId("advice").textContent = "";
  pages.open("quiz");
}

function leave() {
  lms.set("cmi.core.exit", state.best >= passMark() ? "" : "suspend");
  lms.finish();
}

function finish() {
  leave();
  document.querySelectorAll("main > section, body > nav").forEach((part) => part.toggleAttribute("hidden", true));
  byId("goodbye").hidden = false;
}

function resume() {
  try {
    Object.assign(state, JSON.parse(lms.get("cmi.suspend_data") || "{}"));
  } catch {
    console.warn("What was suspended could not be read; starting afresh.");
  }
  quiz.restore(state.answers);
  if (state.marked) showResult(Math.round((100 * quiz.answers().filter(({ correct }) => correct).length) / quiz.answers().length));
  pages.open(lms.get("cmi.core.lesson_location") || "welcome");
}

const quiz = new Quiz(byId("questions"), { changed: save, checked: check });
const pages = new Pages((page) => {
  if (page === "quiz") questionsShown = Date.now();
  lms.set("cmi.core.lesson_location", page);
  lms.commit();
});
byId("again").addEventListener("click", tryAgain);
byId("finish").addEventListener("click", finish);
byId("offline").hidden = lms.open;
if (counts && lms.get("cmi.core.lesson_status") === "not attempted") lms.set("cmi.core.lesson_status", "incomplete");
lms.set("cmi.core.exit", "suspend");
resume();
document.querySelectorAll("main, body > nav").forEach((part) => part.toggleAttribute("hidden", false));
window.addEventListener("pagehide", leave);
