// @ts-check
// What the player says, in one place.

export const STATUS = {
  passed: "passed",
  failed: "not passed",
  completed: "completed",
  incomplete: "in progress",
  "not attempted": "not started",
};

export const MODES = { normal: "", browse: "Preview: nothing is recorded.", review: "Review: nothing is recorded." };

/** @param {Date} time */
export const saved = (time) => `Saved ${clock(time)}`;
export const SAVING = "Saving…";
export const TRYING = "Not saved yet, trying again";
export const OFFLINE = "No connection. Your work is kept in this browser and will be saved when it is back.";

export const NOTICE = {
  superseded: {
    title: "This course was opened in another window",
    text: "This window has stopped, so that nothing is recorded twice. Your work is saved up to here.",
    action: "Continue in this window",
  },
  expired: {
    title: "This link has expired",
    text: "Open the course again from where you started it. What is not saved yet is kept in this browser until then.",
    action: "Close",
  },
  lost: {
    title: "Something went wrong",
    text: "The course has to be loaded again. Your work is saved, or kept in this browser until it is.",
    action: "Load again",
  },
};

export const BETWEEN = {
  chosen: "This part has ended. Choose the next one from the contents.",
  start: "This course leaves the choice to you. Pick a part from the contents.",
  refused: "That is not possible at this point. Choose another part from the contents.",
  ended: "This part has ended; your answers are recorded.",
};

/** @param {{completion: string, success: string, suspended: boolean}} result */
export function verdict({ completion, success, suspended }) {
  if (success === "passed") return { title: "You have passed", text: "Well done. Your result is recorded.", mood: "good" };
  if (success === "failed" && !suspended) return { title: "Not passed this time", text: "Your result is recorded. You can open the course again.", mood: "bad" };
  if (completion === "completed") return { title: "Completed", text: "Your result is recorded.", mood: "good" };
  if (suspended) return { title: "Your place is kept", text: "Come back at any time: the course goes on where you left it.", mood: "calm" };
  return { title: "Finished for now", text: "Your result is recorded. You can open the course again.", mood: "calm" };
}

/** @param {boolean} suspended */
export const again = (suspended) => (suspended ? "Go on now" : "Open the course again");

/** @param {{scaled?: number, raw?: number, max?: number}} score */
export function points({ scaled, raw, max }) {
  if (raw !== undefined && max !== undefined && max !== 100) return `${number(raw)} of ${number(max)} points`;
  if (scaled !== undefined) return `${number(Math.round(scaled * 100))} %`;
  return raw === undefined ? "" : `${number(raw)} points`;
}

/** @param {number} seconds */
export function span(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest ? ` ${rest} min` : ""}`;
}

/** @param {number} done @param {number} all */
export const progress = (done, all) => `${done} of ${all} parts done`;

/** @param {Date} time */
function clock(time) {
  return time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

/** @param {number} value */
function number(value) {
  return new Intl.NumberFormat().format(value);
}
