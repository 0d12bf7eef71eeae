import assert from "node:assert/strict";
import { test } from "node:test";
import { Calls } from "../../static/js/runtime/calls.js";
import { Commits } from "../../static/js/runtime/commits.js";

const call = (method, args, result = "true", error = "0") => ({ kind: "call", method, args, result, error });

function started() {
  const clock = { now: 5000 };
  const calls = new Calls(() => clock.now);
  return { clock, calls };
}

test("a call is told with its time, element, value and error", () => {
  const { clock, calls } = started();
  clock.now += 250;

  calls.log(call("SetValue", ["cmi.completion_status", "done"], "false", "406"));
  calls.log(call("LMSGetValue", ["cmi.core.lesson_status"], "not attempted"));

  assert.deepEqual(calls.take(true), [
    [250, "S", "cmi.completion_status", "done", 406],
    [250, "G", "cmi.core.lesson_status", "not attempted", 0],
  ]);
});

test("the same call again and again is one row", () => {
  const { calls } = started();

  for (let at = 0; at < 5; at += 1) calls.log(call("GetValue", ["cmi.location"], "3"));

  assert.deepEqual(calls.take(true), [[0, "G", "cmi.location", "3", 0, 5]]);
});

test("questions about errors are not told", () => {
  const { calls } = started();

  for (const method of ["GetLastError", "LMSGetErrorString", "GetDiagnostic"]) calls.log(call(method, [""], "0"));

  assert.deepEqual(calls.take(true), []);
});

test("a value that was let through is told", () => {
  const { calls } = started();

  calls.log({ kind: "lenient", leniency: "score-range", element: "cmi.core.score.raw", value: "105", fault: "range", code: 405 });

  assert.deepEqual(calls.take(true), [[0, "~score-range", "cmi.core.score.raw", "105", 405]]);
});

test("long values are cut and of many rows the oldest are counted", () => {
  const { calls } = started();

  for (let at = 0; at < 130; at += 1) calls.log(call("SetValue", ["cmi.suspend_data", `${at}${"x".repeat(500)}`]));
  const rows = calls.take(true);

  assert.deepEqual(rows[0], [0, "-", "", "30", 0]);
  assert.equal(rows.length, 101);
  assert.equal(rows[1][3].length, 121);
});

test("only what was refused is urgent", () => {
  const { calls } = started();
  calls.log(call("GetValue", ["cmi.location"], "", "403"));

  const before = calls.take(false);
  calls.log(call("SetValue", ["cmi.score.scaled", "2"], "false", "407"));

  assert.deepEqual(before, []);
  assert.equal(calls.take(false).length, 2);
});

test("after the end nothing is told", () => {
  const { calls } = started();

  calls.close();
  calls.log(call("GetValue", ["cmi.location"], "", "123"));

  assert.deepEqual(calls.take(true), [[0, "T", "", "true", 0]]);
});

test("calls travel with the commit that they belong to, and alone where nothing was set", () => {
  const commits = new Commits({ registration: "r", run: 1, shelf: null, now: () => 0 });

  commits.add({ "cmi.location": "1" }, [[0, "I", "", "true", 0]]);
  commits.add({ "cmi.location": "2" }, [[1, "S", "cmi.location", "2", 0]]);
  commits.take();
  commits.add(null, [[2, "S", "cmi.exit", "out", 406]]);

  assert.deepEqual(commits.take().map(({ n, changes, calls }) => [n, changes, calls.length]), [
    [1, { "cmi.location": "2" }, 2],
    [2, {}, 1],
  ]);
});

test("while much waits for the network only the latest calls are kept", () => {
  const commits = new Commits({ registration: "r", run: 1, shelf: null, now: () => 0 });

  for (let at = 0; at < 10; at += 1) {
    commits.add({ "cmi.location": String(at) }, [[at, "S", "cmi.location", String(at), 0]]);
    commits.take();
  }

  assert.deepEqual(commits.take().map(({ calls }) => calls?.length ?? 0), [0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
});
