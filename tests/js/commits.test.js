import assert from "node:assert/strict";
import { test } from "node:test";
import { Commits, forget, leftBehind } from "../../static/js/runtime/commits.js";
import { Shelf } from "../../static/js/runtime/sealed.js";
import { Full, KEY, Storage } from "./storage.js";

function queue(parts = {}) {
  const clock = { now: 1000 };
  const shelf = new Shelf(parts.storage ?? new Storage(), KEY);
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
  assert.equal(JSON.parse(shelf.read("rollbook:r:3")).length, 1);
  commits.acknowledge(2);

  assert.equal(commits.empty, true);
  assert.deepEqual(shelf.names, []);
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

  assert.deepEqual([kept(), kept({ storage: new Full() }), kept({ shelf: null })], [[true, true], [true, false], [true, false]]);
});

test("no changes make no commit", () => {
  const { commits, shelf } = queue();

  commits.add(null);

  assert.deepEqual([commits.empty, shelf.names], [true, []]);
});

test("a full shelf does not stop the queue", () => {
  const { commits } = queue({ storage: new Full() });

  commits.add({ "cmi.location": "1" });

  assert.equal(commits.take().length, 1);
});

test("a later window finds what is left behind, by run, and only of its registration", () => {
  const { commits, shelf } = queue();
  commits.add({ "cmi.location": "1" });
  shelf.write("rollbook:other:1", "[]");
  shelf.write("rollbook:r:notes", "[]");

  const found = leftBehind("r", shelf, 4000);

  assert.deepEqual(found, { 3: [{ n: 1, changes: { "cmi.location": "1" }, age: 3, elapsed: 0 }] });
  forget("r", shelf, found);
  assert.deepEqual(shelf.names, ["rollbook:other:1", "rollbook:r:notes"]);
});

test("what others have put in place of a course's own rows is swept away, and nothing else", () => {
  const { commits, shelf } = queue();
  commits.add({ "cmi.location": "1" });
  const row = shelf.storage.getItem("rollbook:r:3");
  shelf.storage.setItem("rollbook:r:4", row);
  shelf.storage.setItem("rollbook:r:5", JSON.stringify([{ n: 1, changes: { "cmi.location": "forged" }, at: 0, elapsed: 0 }]));
  shelf.storage.setItem("rollbook:r:6", row.slice(0, -1));
  shelf.storage.setItem("rollbook:other:1", "theirs");

  assert.deepEqual(Object.keys(leftBehind("r", shelf)), ["3"]);
  assert.deepEqual(shelf.names.sort(), ["rollbook:other:1", "rollbook:r:3"]);
});

test("an older row that is put back says what was said before, under the same numbers", () => {
  const { commits, shelf } = queue();
  commits.add({ "cmi.location": "1" });
  const older = shelf.storage.getItem("rollbook:r:3");
  const sent = commits.take();
  commits.acknowledge(1);

  shelf.storage.setItem("rollbook:r:3", older);

  assert.deepEqual(leftBehind("r", shelf, 1000)[3], sent);
});

test("without a shelf nothing is left behind", () => {
  assert.deepEqual(leftBehind("r", null), {});
});
