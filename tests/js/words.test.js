// What the player says: forms, numbers and times as people write them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Words } from "../../static/js/runtime/words.js";

const texts = {
  progress: ["{done} of {all} part", "{done} of {all} parts"],
  saved: "Saved {time}",
  "mode.browse": "Preview",
  "score.of": ["{raw} of {max} point", "{raw} of {max} points"],
  "score.alone": ["{raw} point", "{raw} points"],
  score: "Score",
  time: "Time spent",
  "time.short": "under a minute",
  "passed.title": "You have passed",
  "passed.text": "Well done",
  "failed.title": "Not passed",
  "completed.title": "Completed",
  "completed.text": "Recorded",
  "suspended.title": "Your place is kept",
  "suspended.text": "Come back",
  "finished.title": "Finished",
  "finished.text": "Open again",
};
const choices = Array.from({ length: 200 }, (_, number) => (number === 1 ? "0" : "1")).join("");
const words = (language = "en", wishes = []) => new Words({ language, choices, texts }, wishes);

test("a number decides between the forms of a text", () => {
  assert.equal(words().progress(0, 1), "0 of 1 part");
  assert.equal(words().progress(1, 4), "1 of 4 parts");
});

test("beyond the table the last two digits of a number decide", () => {
  const arabic = Array.from({ length: 200 }, (_, n) => String(n < 3 ? n : n % 100 >= 3 && n % 100 <= 10 ? 3 : n % 100 >= 11 ? 4 : 5)).join("");
  const of = new Words({ language: "ar", choices: arabic, texts });

  assert.deepEqual([0, 1, 2, 3, 11, 100, 103, 111, 200, 1003, 1011].map((n) => of.choice(n)), [0, 1, 2, 3, 4, 5, 3, 4, 5, 3, 4]);
  assert.equal(of.choice(2.5), 2);
});

test("times and numbers are written as in the learner's region of the language", () => {
  const noon = new Date(2026, 0, 2, 15, 3);

  assert.match(words("en", ["en-US"]).saved(noon), /^Saved 3:03\sPM$/);
  assert.equal(words("en", ["fr", "en-GB", "en-US"]).saved(noon), "Saved 15:03");
  assert.equal(words("de", ["en-US"]).saved(noon), "Saved 15:03");
  assert.equal(words("de").points({ raw: 7.5, max: 20 }), "7,5 of 20 points");
});

test("why nothing goes on is told by the code of the refusal, else by its status", () => {
  const reason = (status, code) => words().reason({ status, code });

  assert.deepEqual([reason(410, "course-removed"), reason(409, "attempts-used")], ["removed", "used"]);
  assert.deepEqual([reason(410, "launch-expired"), reason(404, "launch-not-found"), reason(409, "run-closed")], ["expired", "expired", "lost"]);
});

test("a score is told in points where it has a maximum of its own, else in per cent", () => {
  assert.equal(words().points({ scaled: 0.8, raw: 80, max: 100 }), "80%");
  assert.equal(words().points({ raw: 1, max: 1 }), "1 of 1 point");
  assert.equal(words().points({ raw: 1 }), "1 point");
  assert.equal(words().points({}), "");
});

test("a duration is told in minutes, then in hours and minutes", () => {
  assert.equal(words().span(20), "under a minute");
  assert.equal(words().span(61), "1 minute");
  assert.equal(words("de").span(300), "5 Minuten");
  assert.equal(words().span(3600), "1 hr");
  assert.equal(words().span(3900), "1 hr 5 min");
});

test("the result has a score only where there is one", () => {
  assert.deepEqual(words().facts({ score: null, seconds: 0 }), [["Time spent", "under a minute"]]);
  assert.deepEqual(words().facts({ score: { scaled: 1 }, seconds: 0 })[0], ["Score", "100%"]);
});

test("the verdict says the best that is known", () => {
  const of = (completion, success, suspended = false) => words().verdict({ completion, success, suspended }).title;

  assert.equal(of("completed", "passed"), "You have passed");
  assert.equal(of("completed", "failed"), "Not passed");
  assert.equal(of("incomplete", "failed", true), "Your place is kept");
  assert.equal(of("completed", "unknown"), "Completed");
  assert.equal(of("incomplete", "unknown"), "Finished");
});

test("a mode that records says nothing", () => {
  assert.equal(words().mode("browse"), "Preview");
  assert.equal(words().mode("normal"), "");
});
