// @ts-check
/**
 * The table of contents. What stays the same of it comes once; what may change is told by a letter for each activity, in that order.
 *
 * @typedef {[id: string, title: string, level: number, leaf: boolean][]} Outline
 * @typedef {{shown: string, enabled: string, status: string}} Marks
 * @typedef {import("./view.js").Entry} Entry
 */
/** @type {Record<string, Entry["status"]>} */
const STATUSES = { p: "passed", f: "failed", c: "completed", i: "incomplete", n: "not attempted" };
const YES = "1";

/** What is shown: an activity that is not leaves those in it their own depth. @param {Outline} outline @param {Marks} marks */
export function entries(outline, { shown, enabled, status }) {
  /** @type {Entry[]} */
  const made = [];
  const depths = [0];
  outline.forEach(([id, title, level, leaf], at) => {
    const depth = depths[level];
    depths[level + 1] = depth + Number(shown[at]);
    if (shown[at] === YES) made.push({ id, title, depth, leaf, enabled: enabled[at] === YES, status: STATUSES[status[at]] });
  });
  return made;
}

/** @param {Outline} outline @param {string} letters @returns {Record<string, boolean>} */
export function byItem(outline, letters) {
  return Object.fromEntries(outline.map(([id], at) => [id, letters[at] === YES]));
}
