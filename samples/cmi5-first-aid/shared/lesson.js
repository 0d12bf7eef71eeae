// @ts-check
// A lesson: sections shown one at a time. It is completed when all of them were seen.
import { Session } from "./cmi5.js";

const session = new Session();
const sections = [...document.querySelectorAll("main > section")];
/** @type {Set<string>} */
const seen = new Set();
let completed = false;

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

/** @param {number} index */
function show(index, focus = true) {
  sections.forEach((section, at) => section.toggleAttribute("hidden", at !== index));
  byId("previous").disabled = index === 0;
  byId("next").disabled = index === sections.length - 1;
  byId("progress").max = sections.length;
  byId("progress").value = index + 1;
  byId("page-number").textContent = String(index + 1);
  byId("page-count").textContent = String(sections.length);
  if (focus) sections[index].querySelector("h1")?.focus();
  window.scrollTo(0, 0);
  seen.add(sections[index].id);
  const news = seen.size === sections.length && !completed;
  if (news && session.counts) {
    completed = true;
    session.say("completed", { completion: true });
  }
  session.keep({ at: sections[index].id, seen: [...seen], completed });
}

const current = () => sections.findIndex((section) => !section.hasAttribute("hidden"));

async function start() {
  byId("offline").hidden = await session.begin().catch(() => false);
  const place = await session.place().catch(() => null);
  for (const page of place?.seen ?? []) seen.add(page);
  completed = place?.completed ?? false;
  const number = session.parameters["emergency-number"];
  if (number) document.querySelectorAll(".emergency-number").forEach((mark) => { mark.textContent = ` (${number})`; });
  show(Math.max(sections.findIndex(({ id }) => id === place?.at), 0), false);
  document.querySelectorAll("main, body > nav").forEach((part) => part.toggleAttribute("hidden", false));
}

byId("previous").addEventListener("click", () => show(current() - 1));
byId("next").addEventListener("click", () => show(current() + 1));
byId("finish").addEventListener("click", async () => {
  document.querySelectorAll("main > section, body > nav").forEach((part) => part.toggleAttribute("hidden", true));
  byId("goodbye").hidden = false;
  await session.leave();
});
window.addEventListener("pagehide", () => session.end());
start();
