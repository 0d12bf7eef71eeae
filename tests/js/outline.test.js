import assert from "node:assert/strict";
import { test } from "node:test";
import { byItem, entries } from "../../static/js/runtime/outline.js";

const OUTLINE = [
  ["course", "Course", 0, false],
  ["part", "Part", 1, false],
  ["one", "One", 2, true],
  ["two", "Two", 1, true],
];

test("each activity has what its letter says", () => {
  const made = entries(OUTLINE, { shown: "1111", enabled: "1010", status: "icpn" });

  assert.deepEqual(made, [
    { id: "course", title: "Course", depth: 0, leaf: false, enabled: true, status: "incomplete" },
    { id: "part", title: "Part", depth: 1, leaf: false, enabled: false, status: "completed" },
    { id: "one", title: "One", depth: 2, leaf: true, enabled: true, status: "passed" },
    { id: "two", title: "Two", depth: 1, leaf: true, enabled: false, status: "not attempted" },
  ]);
});

test("an activity that is not shown leaves those in it their own depth", () => {
  const made = entries(OUTLINE, { shown: "0011", enabled: "1111", status: "ffff" });

  assert.deepEqual(made.map(({ id, depth, status }) => [id, depth, status]), [["one", 0, "failed"], ["two", 0, "failed"]]);
});

test("what may be asked for is known by item, whatever its name", () => {
  const made = byItem([["__proto__", "Odd", 0, true], ...OUTLINE.slice(1)], "1010");

  assert.deepEqual(Object.entries(made), [["__proto__", true], ["part", false], ["one", true], ["two", false]]);
});
