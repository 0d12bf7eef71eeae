import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { LAST_WORDS, Refusal, Transport } from "../../static/js/runtime/transport.js";

/** A server that gives the answers in turn; an Error is a network that fails. */
function transport(...answers) {
  const seen = { requests: [], waits: [], conditions: [] };
  const made = new Transport({
    base: "https://content.example/",
    random: () => 0.5,
    sleep: async (ms) => void seen.waits.push(ms),
    onCondition: (condition) => seen.conditions.push(condition.ok ? "ok" : condition.reason),
    fetch: async (url, options) => {
      seen.requests.push({ url, ...options });
      const answer = answers.shift() ?? json({});
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { made, seen };
}

const json = (body, status = 200) => new Response(JSON.stringify(body), { status });

test("an answer is given back", async () => {
  const { made, seen } = transport(json({ saved: 2 }));

  assert.deepEqual(await made.post("commit", () => ({ n: 1 })), { saved: 2 });
  assert.equal(seen.requests[0].url, "https://content.example/commit");
  assert.equal(seen.requests[0].body, '{"n":1}');
});

test("a lost network and a failing server are tried again, later and later", async () => {
  const { made, seen } = transport(new TypeError("lost"), json({}, 503), json({}, 500), json({ saved: 1 }));

  assert.deepEqual(await made.post("commit", () => ({})), { saved: 1 });
  assert.deepEqual(seen.waits, [1000, 2000, 4000]);
  assert.deepEqual(seen.conditions, ["offline", "server", "server", "ok"]);
});

test("waiting has an upper limit", async () => {
  const { made, seen } = transport(...Array.from({ length: 8 }, () => json({}, 503)), json({}));

  await made.post("commit", () => ({}));

  assert.equal(seen.waits.at(-1), 30000);
});

test("a refusal is told at once, with its code", async () => {
  const { made, seen } = transport(json({ code: "superseded", detail: "Another window." }, 409));

  await assert.rejects(made.post("commit", () => ({})), (error) => error instanceof Refusal && error.code === "superseded" && error.status === 409);
  assert.equal(seen.waits.length, 0);
});

test("what a proxy or a portal answers in place of the server is no refusal", async () => {
  const page = (status) => new Response("<h1>Not here</h1>", { status, headers: { "Content-Type": "text/html" } });
  const { made, seen } = transport(page(413), page(404), page(403), page(200), json(null, 400), json({ saved: 1 }));

  assert.deepEqual(await made.post("commit", () => ({})), { saved: 1 });
  assert.deepEqual(seen.conditions, ["server", "server", "server", "offline", "server", "ok"]);
});

test("an attempt that others are changing at this moment is tried again", async () => {
  const { made } = transport(json({ code: "attempt-busy" }, 409), json({ saved: 1 }));

  assert.deepEqual(await made.post("commit", () => ({})), { saved: 1 });
});

test("no request waits for ever", async () => {
  const { made, seen } = transport();

  await made.post("commit", () => ({}));

  assert.ok(seen.requests[0].signal instanceof AbortSignal);
});

test("messages leave one after the other, and a body is made when its turn has come", async () => {
  const { made, seen } = transport(json({ saved: 1 }), json({ saved: 2 }));
  let known = 0;

  const first = made.post("commit", () => ({ known })).then((answer) => (known = answer.saved));
  const second = made.post("commit", () => ({ known }));
  await Promise.all([first, second]);

  assert.deepEqual(seen.requests.map(({ body }) => body), ['{"known":0}', '{"known":1}']);
});

test("a refused message does not hold up the next", async () => {
  const { made } = transport(json({ code: "invalid-request" }, 400), json({ saved: 1 }));

  await assert.rejects(made.post("commit", () => ({})));

  assert.deepEqual(await made.post("commit", () => ({})), { saved: 1 });
});

test("nothing to say is not sent", async () => {
  const { made, seen } = transport();

  assert.equal(await made.post("commit", () => null), null);
  assert.equal(seen.requests.length, 0);
});

test("long messages are packed", async () => {
  const { made, seen } = transport();
  const body = { text: "x".repeat(10000) };

  await made.post("commit", () => body);

  const [{ headers, body: sent }] = seen.requests;
  assert.equal(headers["Content-Encoding"], "gzip");
  assert.deepEqual(JSON.parse(gunzipSync(Buffer.from(await sent.arrayBuffer())).toString()), body);
});

test("a browser that packs nothing sends long messages as they are", async (context) => {
  const { made, seen } = transport();
  const packs = globalThis.CompressionStream;
  globalThis.CompressionStream = undefined;
  context.after(() => (globalThis.CompressionStream = packs));

  await made.post("commit", () => ({ text: "x".repeat(10000) }));

  assert.equal(JSON.parse(seen.requests[0].body).text.length, 10000);
});

test("last words outlive the page, unless they are too long for that", () => {
  const { made, seen } = transport();

  assert.equal(made.lastWords("navigate", { text: "bye" }), true);
  assert.equal(made.lastWords("navigate", { text: "x".repeat(LAST_WORDS) }), false);
  assert.deepEqual(seen.requests.map(({ keepalive }) => keepalive), [true, false]);
});

test("after the stop nothing is sent any more", async () => {
  const { made, seen } = transport();
  made.stop();

  assert.equal(await made.post("commit", () => ({})), null);
  assert.equal(seen.requests.length, 0);
});
