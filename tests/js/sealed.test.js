// What a course keeps in the browser, out of reach of other courses. The vectors are those of RFC 8439.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Shelf, chacha20, poly1305, tag } from "../../static/js/runtime/sealed.js";
import { KEY, Storage } from "./storage.js";

const bytes = (hex) => Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (two) => parseInt(two, 16));
const hex = (made) => Buffer.from(made).toString("hex");
const text = (made) => Buffer.from(made).toString("utf8");
const counted = (from, length) => Uint8Array.from({ length }, (_, at) => from + at);
const SUNSCREEN =
  "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";

function shelves() {
  const storage = new Storage();
  return { storage, ours: new Shelf(storage, KEY), theirs: new Shelf(storage, btoa("another course's key, 256 bits..")) };
}

test("2.4.2: the cipher", () => {
  const made = chacha20(counted(0, 32), bytes("000000000000004a00000000"), 1, new TextEncoder().encode(SUNSCREEN));

  assert.equal(
    hex(made),
    "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0bf91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d8" +
      "07ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab77937365af90bbf74a35be6b40b8eedf2785e42874d",
  );
});

test("A.1, 1: the first block under a key of zeros", () => {
  const made = chacha20(new Uint8Array(32), new Uint8Array(12), 0, new Uint8Array(64));

  assert.equal(
    hex(made),
    "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586",
  );
});

// A.3, 5 to 11: sums that reach or pass the prime, and what is carried.
for (const [number, r, s, data, expected] of [
  [5, "02", "", "ff".repeat(16), "03"],
  [6, "02", "ff".repeat(16), "02", "03"],
  [7, "01", "", "ff".repeat(16) + "f0" + "ff".repeat(15) + "11" + "00".repeat(15), "05"],
  [8, "01", "", "ff".repeat(16) + "fb" + "fe".repeat(15) + "01".repeat(16), "00"],
  [9, "02", "", "fd" + "ff".repeat(15), "fa" + "ff".repeat(15)],
  [10, "01000000000000000400000000000000", "", "e33594d7505e43b900000000000000003394d7505e4379cd01000000000000000000000000000000000000000000000001", "14000000000000005500000000000000"],
  [11, "01000000000000000400000000000000", "", "e33594d7505e43b900000000000000003394d7505e4379cd010000000000000000000000000000000000000000000000", "13000000000000000000000000000000"],
]) {
  test(`A.3, ${number}: the sum of blocks`, () => {
    const block = (part, length = 32) => part.padEnd(length, "0");
    const whole = Math.ceil(data.length / 32) * 32;

    assert.equal(hex(poly1305(bytes(block(r) + block(s)), bytes(block(data, whole)))), block(expected));
  });
}

test("2.8.2: the tag", () => {
  const key = counted(0x80, 32);
  const nonce = bytes("070000004041424344454647");
  const sealed = chacha20(key, nonce, 1, new TextEncoder().encode(SUNSCREEN));

  assert.equal(hex(sealed.slice(0, 16)), "d31a8d34648e60db7b86afbc53ef7ec2");
  assert.equal(hex(tag(key, nonce, bytes("50515253c0c1c2c3c4c5c6c7"), sealed)), "1ae10b594f09e26a7e902ecbd0600691");
});

test("A.5: what somebody else has sealed is opened", () => {
  const key = bytes("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
  const nonce = bytes("000000000102030405060708");
  const sealed = bytes(
    "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf" +
      "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c8559797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4" +
      "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523eaf4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a" +
      "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a1049e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29" +
      "a6ad5cb4022b02709b",
  );

  assert.equal(hex(tag(key, nonce, bytes("f33388860000000000004e91"), sealed)), "eead9d67890cbb22392336fea1851f38");
  assert.match(text(chacha20(key, nonce, 1, sealed)), /^Internet-Drafts are draft documents valid for a maximum of six months/);
});

test("what was written is read, whatever its length and its characters", () => {
  const { ours } = shelves();

  for (const written of ["", "x", "é—漢🙂\0", "y".repeat(15), "y".repeat(64), "y".repeat(65), "z".repeat(70_001)]) {
    ours.write("rollbook:r:1", written);
    assert.equal(ours.read("rollbook:r:1"), written);
  }
});

test("the storage holds nothing of the text, and never the same twice", () => {
  const { storage, ours } = shelves();

  ours.write("rollbook:r:1", "a secret of the learner");
  const first = storage.getItem("rollbook:r:1");
  ours.write("rollbook:r:1", "a secret of the learner");

  assert.doesNotMatch(first, /secret/);
  assert.equal(first.length, 12 + "a secret of the learner".length + 16);
  assert.notEqual(storage.getItem("rollbook:r:1").slice(0, 12), first.slice(0, 12));
  assert.notEqual(storage.getItem("rollbook:r:1").slice(12, 35), first.slice(12, 35));
});

test("a row of which any character was changed is not read", () => {
  const { storage, ours } = shelves();
  ours.write("rollbook:r:1", "12");
  const row = storage.getItem("rollbook:r:1");

  for (let at = 0; at < row.length; at += 1) {
    storage.setItem("rollbook:r:1", row.slice(0, at) + String.fromCharCode(row.charCodeAt(at) ^ 1) + row.slice(at + 1));
    assert.throws(() => ours.read("rollbook:r:1"), /not ours/);
  }
});

test("a row that was cut off, at either end, is not read, nor is one that is missing or plain text", () => {
  const { storage, ours } = shelves();
  ours.write("rollbook:r:1", "12");
  const row = storage.getItem("rollbook:r:1");

  const cut = [...Array(row.length).keys()].flatMap((length) => [row.slice(0, length), row.slice(row.length - length)]);
  for (const found of [...cut, `${row}x`, JSON.stringify([{ n: 1, changes: {}, at: 0, elapsed: 0 }])]) {
    storage.setItem("rollbook:r:1", found);
    assert.throws(() => ours.read("rollbook:r:1"));
  }
  storage.removeItem("rollbook:r:1");
  assert.throws(() => ours.read("rollbook:r:1"));
});

test("a row of another key, or moved to another name, is not read", () => {
  const { storage, ours, theirs } = shelves();
  theirs.write("rollbook:r:1", "forged");
  ours.write("rollbook:r:2", "of the second run");
  storage.setItem("rollbook:r:3", storage.getItem("rollbook:r:2"));

  assert.throws(() => ours.read("rollbook:r:1"), /not ours/);
  assert.throws(() => ours.read("rollbook:r:3"), /not ours/);
  assert.equal(ours.read("rollbook:r:2"), "of the second run");
});
