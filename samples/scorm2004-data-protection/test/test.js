// @ts-check
import { Session, close, duration, open } from "../shared/scorm2004.js";
import { QUESTIONS, fields, isCorrect, mark, response, restore, values } from "./questions.js";

const lms = new Session();
const ids = Object.keys(QUESTIONS);
const started = Date.now();
let handedIn = false;

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

function save() {
  if (!lms.counts) return;
  const answers = Object.fromEntries(ids.map((id) => [id, values(fields(id))]));
  lms.set("cmi.suspend_data", JSON.stringify({ answers, handedIn }));
  lms.commit();
}

/** @param {string} id @param {number} at */
function recordAnswer(id, at) {
  const { type, objective, correct, description } = QUESTIONS[id];
  const row = `cmi.interactions.${at}`;
  lms.set(`${row}.id`, `rollbook.samples.data-protection.${id}`);
  lms.set(`${row}.type`, type);
  lms.set(`${row}.objectives.0.id`, objective);
  lms.set(`${row}.timestamp`, `${new Date().toISOString().slice(0, 22)}Z`);
  lms.set(`${row}.correct_responses.0.pattern`, correct);
  lms.set(`${row}.weighting`, 1);
  lms.set(`${row}.learner_response`, response(id));
  lms.set(`${row}.result`, isCorrect(id) ? "correct" : "incorrect");
  lms.set(`${row}.latency`, duration((Date.now() - started) / ids.length));
  lms.set(`${row}.description`, description);
}

/** @param {"recognise" | "handle"} objective */
function recordObjective(objective) {
  const about = ids.filter((id) => QUESTIONS[id].objective === objective);
  const part = about.filter(isCorrect).length / about.length;
  const row = lms.objective(objective);
  if (!row) return;
  lms.set(`${row}.score.scaled`, part.toFixed(4));
  lms.set(`${row}.success_status`, part === 1 ? "passed" : "failed");
  lms.set(`${row}.completion_status`, "completed");
}

function recordScore() {
  const points = ids.filter(isCorrect).length;
  const passed = points / ids.length >= Number(lms.get("cmi.scaled_passing_score") || 0.8);
  lms.set("cmi.score.min", 0);
  lms.set("cmi.score.max", ids.length);
  lms.set("cmi.score.raw", points);
  lms.set("cmi.score.scaled", points / ids.length);
  lms.set("cmi.success_status", passed ? "passed" : "failed");
  lms.set("cmi.completion_status", "completed");
}

function show() {
  const points = ids.filter(isCorrect).length;
  ids.forEach(mark);
  byId("score").textContent = `You have ${points} of ${ids.length} points. ${points >= 4 ? "You have passed." : "You need 4."}`;
  byId("check").hidden = true;
  byId("onward").hidden = false;
}

/** @param {Event} event */
function handIn(event) {
  event.preventDefault();
  const missing = ids.filter((id) => response(id) === "");
  byId("missing").textContent = missing.length ? `Please answer every question; ${missing.length} still to do.` : "";
  if (missing.length) {
    fields(missing[0])[0].focus();
    return;
  }
  handedIn = true;
  if (lms.counts) {
    ids.forEach(recordAnswer);
    recordObjective("recognise");
    recordObjective("handle");
    recordScore();
  }
  save();
  show();
  byId("onward").focus();
}

function resume() {
  try {
    const saved = JSON.parse(lms.get("cmi.suspend_data") || "{}");
    ids.forEach((id) => restore(id, saved.answers?.[id] ?? []));
    handedIn = saved.handedIn === true;
  } catch {
    console.warn("What was suspended could not be read; starting afresh.");
  }
  if (handedIn) show();
}

const leave = () => lms.terminate(handedIn ? "normal" : "suspend");

byId("form").addEventListener("change", save);
byId("form").addEventListener("submit", handIn);
byId("onward").addEventListener("click", () => close(() => lms.terminate("normal", "continue")));
byId("offline").hidden = lms.open;
if (lms.counts && lms.get("cmi.completion_status") === "unknown") lms.set("cmi.completion_status", "incomplete");
resume();
open();
window.addEventListener("pagehide", leave);
