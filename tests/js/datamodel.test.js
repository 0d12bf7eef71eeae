// @ts-check
import assert from "node:assert/strict";
import test from "node:test";

import { createApi12 } from "../../static/js/runtime/api12.js";
import { createApi2004 } from "../../static/js/runtime/api2004.js";
import { DataModel } from "../../static/js/runtime/datamodel.js";
import { allCases, expanded, replay, start, table } from "./cases.js";

for (const [title, c] of allCases()) {
  test(title, () => {
    const { api, model, log } = start(c);

    const got = c.calls.map((/** @type {any[]} */ call) => replay(api, call, c.model === "scorm12"));

    assert.deepEqual(got, c.calls.map((/** @type {any[]} */ call) => call.map(expanded)));
    if (c.changes) assert.deepEqual(Object.entries(model.takeChanges() ?? {}), Object.entries(c.changes));
    const lenient = log.filter((entry) => entry.kind === "lenient").map(({ element, fault, code }) => [element, fault, code]);
    if (c.log) assert.deepEqual(lenient, c.log);
    const names = log.filter((entry) => entry.kind === "lenient").map(({ leniency }) => leniency);
    if (c.leniencies) assert.deepEqual(names, c.leniencies);
  });
}

test("the 2004 object says its version", () => {
  const api = createApi2004({ model: new DataModel(table("scorm2004-4th"), {}) });

  assert.equal(api.version, "1.0");
});

test("the functions of both objects work when detached", () => {
  const { LMSInitialize, LMSGetValue } = createApi12({ model: new DataModel(table("scorm12"), {}) });

  assert.equal(LMSInitialize(""), "true");
  assert.equal(LMSGetValue("cmi.core.lesson_status"), "not attempted");
});

test("nothing that content passes makes a call throw or return anything but a string", () => {
  const api = createApi2004({ model: new DataModel(table("scorm2004-4th"), {}) });
  const broken = { toString: () => { throw new Error("no text"); } };
  const odd = [undefined, null, 0, true, {}, [], broken, Symbol("s"), () => {}];

  const results = [api.Initialize(""), ...odd.flatMap((value) => Object.values(api)
    .filter((member) => typeof member === "function")
    .map((call) => /** @type {Function} */ (call)(value, value)))];

  assert.deepEqual(results.filter((result) => typeof result !== "string"), []);
});

test("hooks hear of each value that was kept, and of nothing that was refused", () => {
  /** @type {any[]} */
  const heard = [];
  const model = new DataModel(table("scorm12"), {});
  const api = createApi12({ model, hooks: { onSet: (element, value) => heard.push([element, value]) } });
  api.LMSInitialize("");

  api.LMSSetValue("cmi.core.lesson_status", "Passed");
  api.LMSSetValue("cmi.core.score.raw", "many");

  assert.deepEqual(heard, [["cmi.core.lesson_status", "passed"]]);
});

test("a hook or a log that throws does not reach the content", () => {
  const fail = () => { throw new Error("broken"); };
  const api = createApi12({ model: new DataModel(table("scorm12"), {}), hooks: { onSet: fail, log: fail } });

  assert.equal(api.LMSInitialize(""), "true");
  assert.equal(api.LMSSetValue("cmi.suspend_data", "x"), "true");
});

test("the log has every call with its answer", () => {
  /** @type {any[]} */
  const log = [];
  const api = createApi12({ model: new DataModel(table("scorm12"), {}), hooks: { log: (entry) => log.push(entry) } });

  api.LMSGetValue("cmi.suspend_data");

  assert.deepEqual(log, [{ kind: "call", method: "LMSGetValue", args: ["cmi.suspend_data"], result: "", error: "301" }]);
});

test("a character cut in half is repaired, because it could not be sent", () => {
  const model = new DataModel(table("scorm12"), {});
  const api = createApi12({ model });
  api.LMSInitialize("");

  api.LMSSetValue("cmi.suspend_data", "😀".slice(0, 1));

  assert.deepEqual(model.takeChanges(), { "cmi.suspend_data": "\ufffd" });
});

test("changes are handed over once", () => {
  const model = new DataModel(table("scorm12"), {});

  model.set("cmi.suspend_data", "x");

  assert.deepEqual(model.takeChanges(), { "cmi.suspend_data": "x" });
  assert.equal(model.takeChanges(), null);
});

test("a new look-ahead is answered from at once", () => {
  const model = new DataModel(table("scorm2004-4th"), {});

  model.lookAhead = { continue: true };

  assert.equal(model.get("adl.nav.request_valid.continue").value, "true");
});

test("GetValue and SetValue take less than 20 microseconds in the median", () => {
  const model = new DataModel(table("scorm2004-4th"), {});
  const api = createApi2004({ model });
  api.Initialize("");
  /** @type {number[]} */
  const times = [];

  for (let row = 0; row < 250; row++) {
    for (const [leaf, value] of [["id", `q${row}`], ["type", "choice"], ["learner_response", "a[,]b"], ["latency", "PT1M2.5S"]]) {
      const element = `cmi.interactions.${row}.${leaf}`;
      const begin = performance.now();
      api.SetValue(element, value);
      api.GetValue(element);
      times.push(performance.now() - begin);
    }
  }

  times.sort((a, b) => a - b);
  assert.ok(times[500] < 0.04, `the median of a pair of calls is ${times[500]} ms`);
});
