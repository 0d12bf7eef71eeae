// A browser's storage, and a key for what is kept there.
export const KEY = btoa("a key of two hundred fifty-six b");

export class Storage {
  getItem(key) { return Object.hasOwn(this, key) ? this[key] : null; }
  setItem(key, text) { this[key] = text; }
  removeItem(key) { delete this[key]; }
}

export class Full extends Storage {
  setItem() { throw new DOMException("full", "QuotaExceededError"); }
}
