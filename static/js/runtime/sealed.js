// @ts-check
/**
 * What a course keeps in the browser's storage until it is saved. Packages of other courses share that storage, so each row is encrypted
 * and authenticated (ChaCha20-Poly1305, RFC 8439) with a key that only pages of the registration are given. A page that is going away
 * waits for nothing and may be without https: `crypto.subtle` is of no use to it.
 */

const EXPAND = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
const PRIME = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;
const NONCE = 12;
const TAG = 16;

export class Shelf {
  /** @param {Storage} storage @param {string} key 256 bits in base64 */
  constructor(storage, key) {
    this.storage = storage;
    this.key = bytesOf(atob(key));
  }

  get names() {
    return Object.keys(this.storage);
  }

  /** Throws if it is not whole, or was not written with this key under this name. @param {string} name */
  read(name) {
    const row = bytesOf(this.storage.getItem(name) ?? "");
    const nonce = row.slice(0, NONCE);
    const sealed = row.slice(NONCE, -TAG);
    const proof = row.slice(-TAG);
    if (tag(this.key, nonce, bytesOf(name), sealed).some((byte, at) => byte !== proof[at])) throw new Error(`${name} is not ours`);
    return new TextDecoder().decode(chacha20(this.key, nonce, 1, sealed));
  }

  /** Nonce, ciphertext and tag, a character for each byte. @param {string} name @param {string} text */
  write(name, text) {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const sealed = chacha20(this.key, nonce, 1, new TextEncoder().encode(text));
    this.storage.setItem(name, [nonce, sealed, tag(this.key, nonce, bytesOf(name), sealed)].map(characters).join(""));
  }

  /** @param {string} name */
  remove(name) {
    this.storage.removeItem(name);
  }
}

/** RFC 8439, 2.8. @param {Uint8Array} key @param {Uint8Array} nonce @param {Uint8Array} about @param {Uint8Array} sealed */
export function tag(key, nonce, about, sealed) {
  const start = Math.ceil(about.length / 16) * 16;
  const end = start + Math.ceil(sealed.length / 16) * 16;
  const data = new Uint8Array(end + 16);
  data.set(about);
  data.set(sealed, start);
  new Uint32Array(data.buffer, end).set([about.length, 0, sealed.length]);
  return poly1305(chacha20(key, nonce, 0, new Uint8Array(32)), data);
}

/** RFC 8439, 2.5, of whole blocks. @param {Uint8Array} key @param {Uint8Array} data */
export function poly1305(key, data) {
  const [r, s] = numbers(key);
  let sum = 0n;
  for (const number of numbers(data)) sum = ((sum + number + (1n << 128n)) * (r & CLAMP)) % PRIME;
  sum += s;
  return new Uint8Array(new BigUint64Array([sum, sum >> 64n]).buffer);
}

/** Of 16 bytes each. @param {Uint8Array} bytes */
function numbers(bytes) {
  const halves = new BigUint64Array(bytes.buffer);
  return Array.from({ length: halves.length / 2 }, (_, at) => halves[2 * at] | (halves[2 * at + 1] << 64n));
}

/** RFC 8439, 2.4. @param {Uint8Array} key @param {Uint8Array} nonce @param {number} counter @param {Uint8Array} bytes */
export function chacha20(key, nonce, counter, bytes) {
  const start = new Uint32Array([...EXPAND, ...new Uint32Array(key.buffer), counter, ...new Uint32Array(nonce.buffer)]);
  const words = new Uint32Array(Math.ceil(bytes.length / 64) * 16);
  const made = new Uint8Array(words.buffer);
  made.set(bytes);
  for (let at = 0; at < words.length; at += 16) {
    const stream = block(start);
    for (let one = 0; one < 16; one += 1) words[at + one] ^= stream[one] + start[one];
    start[12] += 1;
  }
  return made.slice(0, bytes.length);
}

/** RFC 8439, 2.3, but for the sum at its end. @param {Uint32Array} start */
function block(start) {
  const x = start.slice();
  for (let round = 0; round < 10; round += 1) {
    quarter(x, 0, 4, 8, 12);
    quarter(x, 1, 5, 9, 13);
    quarter(x, 2, 6, 10, 14);
    quarter(x, 3, 7, 11, 15);
    quarter(x, 0, 5, 10, 15);
    quarter(x, 1, 6, 11, 12);
    quarter(x, 2, 7, 8, 13);
    quarter(x, 3, 4, 9, 14);
  }
  return x;
}

/** RFC 8439, 2.1. @param {Uint32Array} x @param {number} a @param {number} b @param {number} c @param {number} d */
function quarter(x, a, b, c, d) {
  x[a] += x[b];
  x[d] = turned(x[d] ^ x[a], 16);
  x[c] += x[d];
  x[b] = turned(x[b] ^ x[c], 12);
  x[a] += x[b];
  x[d] = turned(x[d] ^ x[a], 8);
  x[c] += x[d];
  x[b] = turned(x[b] ^ x[c], 7);
}

/** @param {number} word @param {number} bits */
function turned(word, bits) {
  return (word << bits) | (word >>> (32 - bits));
}

/** @param {string} text */
function bytesOf(text) {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** @param {Uint8Array} bytes */
function characters(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode.apply(null, /** @type {any} */ (bytes.subarray(at, at + 4096)));
  return text;
}
