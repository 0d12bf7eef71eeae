// @ts-check
// Shows what the test wrote to the global objectives; this activity reads them through its own objectives of the same names.
import { Session, close, open } from "../shared/scorm2004.js";

const lms = new Session();

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

/** @param {string} score a scaled score, empty when there is none */
const percent = (score) => (score === "" ? "–" : `${Math.round(Number(score) * 100)} %`);

/** @type {Record<string, string>} */
const ADVICE = { passed: "Nothing", failed: "Read the lesson again" };

document.querySelectorAll("[data-objective]").forEach((line) => {
  const row = lms.objective(/** @type {HTMLElement} */ (line).dataset.objective ?? "");
  if (!row) return;
  line.children[1].textContent = percent(lms.get(`${row}.score.scaled`));
  line.children[2].textContent = ADVICE[lms.get(`${row}.success_status`)] ?? "–";
});

const whole = lms.objective("test-passed");
const success = whole ? lms.get(`${whole}.success_status`) : "unknown";
if (success === "passed" || success === "failed") {
  byId("verdict").textContent = `You have ${success} the test with ${percent(lms.get(`${whole}.score.scaled`))}.`;
}

const leave = () => lms.terminate("normal");

byId("offline").hidden = lms.open;
byId("finish").addEventListener("click", () => close(() => lms.terminate("normal", "exitAll")));
if (lms.counts) {
  lms.set("cmi.completion_status", "completed");
  lms.commit();
}
open();
window.addEventListener("pagehide", leave);
