// @ts-check
/**
 * The navigation requests that content makes, by what it has set when it ends.
 *
 * @typedef {{kind: string, target?: string}} Request
 * @typedef {Record<string, string>} Data
 */
const TARGETED = /^\{target=(.+)\}(choice|jump)$/;
const ENDING = ["exitAll", "suspendAll", "abandonAll"];

/** @param {Data} data @returns {Request | null} */
export function wanted(data) {
  const text = data["adl.nav.request"] ?? "_none_";
  const targeted = TARGETED.exec(text);
  if (targeted) return { kind: targeted[2], target: targeted[1] };
  return text === "_none_" || text === "" ? null : { kind: text };
}

/** Of content that ends a course of one part by itself, and asks for nothing: it is over with it. @param {Data} data @returns {Request} */
export function over(data) {
  const exit = data["cmi.exit"] ?? data["cmi.core.exit"];
  return { kind: exit === "suspend" ? "suspendAll" : "exitAll" };
}

/** What a closed window means: the course is suspended, unless content that has ended asks for another end. @param {import("./player.js").Run | null} run @returns {Request} */
export function parting(run) {
  const asked = run?.finished ? wanted(run.model.data) : null;
  return asked && ENDING.includes(asked.kind) ? asked : { kind: "suspendAll" };
}
