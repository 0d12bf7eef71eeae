// @ts-check
// A lesson: sections shown one at a time. Its progress is the part of its pages that were seen; the LMS compares that with
// the completion threshold of the manifest.
import { Session, close, open } from "./scorm2004.js";

const lms = new Session();
const sections = [...document.querySelectorAll("main > section")];
const seen = new Set(lms.get("cmi.suspend_data").split(" ").filter(Boolean));
let index = 0;

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

function record() {
  const page = sections[index].id;
  seen.add(page);
  if (!lms.counts) return;
  const progress = seen.size / sections.length;
  lms.set("cmi.location", page);
  lms.set("cmi.suspend_data", [...seen].join(" "));
  lms.set("cmi.progress_measure", progress);
  lms.set("cmi.completion_status", progress === 1 ? "completed" : "incomplete");
  lms.commit();
}

/** @param {number} at */
function show(at, focus = true) {
  index = at;
  sections.forEach((section, position) => section.toggleAttribute("hidden", position !== index));
  byId("previous").disabled = index === 0;
  byId("next").disabled = index === sections.length - 1;
  byId("progress").max = sections.length;
  byId("progress").value = index + 1;
  byId("page-number").textContent = String(index + 1);
  byId("page-count").textContent = String(sections.length);
  if (focus) sections[index].querySelector("h1")?.focus();
  window.scrollTo(0, 0);
  record();
}

function showContact() {
  const place = byId("report-to");
  const address = lms.get("cmi.launch_data").split("report-to=")[1];
  if (place && address) place.textContent = ` to ${address}`;
}

const leave = () => lms.terminate("suspend");

byId("previous").addEventListener("click", () => show(index - 1));
byId("next").addEventListener("click", () => show(index + 1));
byId("onward").addEventListener("click", () => close(() => lms.terminate("suspend", "continue")));
byId("offline").hidden = lms.open;
showContact();
show(Math.max(sections.findIndex(({ id }) => id === lms.get("cmi.location")), 0), false);
open();
window.addEventListener("pagehide", leave);
