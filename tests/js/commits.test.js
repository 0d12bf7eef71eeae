import assert from "node:assert/strict";
import { test } from "node:test";
import { Commits, forget, leftBehind } from "../../static/js/runtime/commits.js";

class Shelf {
  rows = new Map();
  get length() { return this.rows.size; }
  key(at) { return [...this.rows.keys()][at] ?? null; }
  getItem(key) { return this.rows.get(key) ?? null; }
  setItem(key, text) { this.rows.set(key, text); }
  removeItem(key) { this.rows.delete(key); }
}

class Full extends Shelf {
  setItem() { throw new DOMException("full", "QuotaExceededError"); }
}

function queue(parts = {}) {
  const clock = { now: 1000 };
  const shelf = new Shelf();
  return { clock, shelf, commits: new Commits({ registration: "r", run: 3, shelf, now: () => clock.now, ticks: () => clock.ticks ?? clock.now, ...parts }) };
}

test("changes gather in one commit until it is sent", () => {
  const { commits } = queue();

  commits.add({ "cmi.location": "1", "cmi.exit": "" });
  commits.add({ "cmi.location": "2" });

  assert.deepEqual(commits.take(), [{ n: 1, changes: { "cmi.location": "2", "cmi.exit": "" }, age: 0, elapsed: 0 }]);
});

test("what has been sent never changes: later changes are the next commit", () => {
  const { commits } = queue();
  commits.add({ "cmi.location": "1" });
  commits.take();

  commits.add({ "cmi.location": "2" });

  assert.deepEqual(commits.take().map(({ n, changes }) => [n, changes]), [[1, { "cmi.location": "1" }], [2, { "cmi.location": "2" }]]);
});

test("rows that are set again start a commit, so that the order of rows survives", () => {
  const { commits } = queue();
  commits.add({ "cmi.objectives.0.id": "a", "cmi.objectives.1.id": "b", "cmi.objectives.0.score.raw": "1" });

  commits.add({ "cmi.objectives.0.score.raw": "2" });

  assert.deepEqual(commits.take().map(({ n }) => n), [1, 2]);
});

test("what is acknowledged is forgotten, here and on the shelf", () => {
  const { commits, shelf } = queue();
  commits.add({ "cmi.location": "1" });
  commits.take();
  commits.add({ "cmi.location": "2" });

  commits.acknowledge(1);
  assert.equal(JSON.parse(shelf.getItem("rollbook:r:3")).length, 1);
  commits.acknowledge(2);

  assert.equal(commits.empty, true);
  assert.equal(shelf.length, 0);
});

test("numbers go on from what the server has", () => {
  const { commits } = queue({ saved: 7 });

  commits.add({ "cmi.location": "1" });

  assert.equal(commits.take()[0].n, 8);
});

test("age and elapsed are told in seconds by this machine's own clock", () => {
  const { commits, clock } = queue();
  clock.now = 61_000;
  commits.add({ "cmi.location": "1" });
  clock.now = 66_000;

  assert.deepEqual(commits.take().map(({ age, elapsed }) => [age, elapsed]), [[5, 60]]);
});

test("a clock that is set right meanwhile makes the time spent neither longer nor shorter", () => {
  const { commits, clock } = queue();
  clock.ticks = 61_000;
  clock.now = 5 * 3600_000;
  commits.add({ "cmi.location": "1" });

  assert.deepEqual(commits.take().map(({ elapsed }) => elapsed), [60]);
});

test("it is known whether what waits would survive the page", () => {
  const kept = (parts) => {
    const { commits } = queue(parts);
    const before = commits.kept;
    commits.add({ "cmi.location": "1" });
    return [before, commits.kept];
  };

  assert.deepEqual([kept(), kept({ shelf: new Full() }), kept({ shelf: null })], [[true, true], [true, false], [true, false]]);
});

test("no changes make no commit", () => {
  const { commits, shelf } = queue();

  commits.add(null);

  assert.deepEqual([commits.empty, shelf.length], [true, 0]);
});

test("a full shelf does not stop the queue", () => {
  const { commits } = queue({ shelf: new Full() });

  commits.add({ "cmi.location": "1" });

  assert.equal(commits.take().length, 1);
});

test("a later window finds what is left behind, by run, and only of its registration", () => {
  const { commits, shelf } = queue();
  commits.add({ "cmi.location": "1" });
  shelf.setItem("rollbook:other:1", "[]");
  shelf.setItem("rollbook:r:notes", "[]");
  shelf.setItem("rollbook:r:9", "{broken");

  const found = leftBehind("r", shelf, 4000);

  assert.deepEqual(found, { 3: [{ n: 1, changes: { "cmi.location": "1" }, age: 3, elapsed: 0 }] });
  forget("r", shelf, found);
  assert.equal(shelf.getItem("rollbook:r:3"), null);
  assert.equal(shelf.getItem("rollbook:other:1"), "[]");
});

test("without a shelf nothing is left behind", () => {
  assert.deepEqual(leftBehind("r", null), {});
});
