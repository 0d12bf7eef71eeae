// @ts-check
/**
 * The windows of one registration in this browser know each other: the newest goes on, the one before saves and stops.
 * (The server knows it too; this only makes it quick and loses nothing.)
 *
 * The name of their channel is known to them alone. Their lock can be seen, held and stolen by packages of other courses, which makes a new
 * window wait in vain for a moment, and no more.
 */

const PATIENCE = 3000;

export class Windows {
  /** @param {string} registration @param {string} channel @param {() => Promise<void> | void} onSuperseded it saves what it has, then stops */
  constructor(registration, channel, onSuperseded) {
    this.name = `rollbook:${registration}`;
    this.over = new Promise((end) => (this.end = end));
    this.channel = new BroadcastChannel(channel);
    this.channel.onmessage = async () => {
      await onSuperseded();
      this.end();
    };
    /** @type {Promise<void> | undefined} */
    this.taken = undefined;
  }

  /** Waits, but not for ever, until an older window has saved. */
  takeOver() {
    this.taken ??= this.take();
    return this.taken;
  }

  async take() {
    this.channel.postMessage("opening");
    const names = await held();
    if (!names) return;
    const alone = new Promise((resolve) => {
      const hold = () => {
        resolve(undefined);
        return this.over;
      };
      navigator.locks.request(this.name, hold).catch(() => {});
      setTimeout(resolve, PATIENCE);
    });
    if (names.includes(this.name)) await alone;
  }
}

/** The locks of all windows; null where there are none to be had: outside secure contexts, and where a site may keep nothing. */
async function held() {
  try {
    return ((await navigator.locks.query()).held ?? []).map(({ name }) => name);
  } catch {
    return null;
  }
}
