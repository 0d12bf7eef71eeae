// @ts-check
/**
 * The windows of one registration in this browser know each other: the newest goes on, the one before saves and stops.
 * (The server knows it too; this only makes it quick and loses nothing.)
 */

const PATIENCE = 3000;

export class Windows {
  /** @param {string} registration @param {() => Promise<void> | void} onSuperseded it saves what it has, then stops */
  constructor(registration, onSuperseded) {
    this.name = `rollbook:${registration}`;
    this.id = crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.onSuperseded = onSuperseded;
    /** @type {Promise<void> | undefined} */
    this.taken = undefined;
    /** @type {() => void} */
    this.release = () => {};
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = async ({ data }) => {
      if (data?.opening === undefined || data.opening === this.id) return;
      await this.onSuperseded();
      this.release();
    };
  }

  /** Waits, but not for ever, until an older window has saved. */
  takeOver() {
    this.taken ??= this.take();
    return this.taken;
  }

  async take() {
    const { locks } = navigator;
    const names = await held();
    const others = names?.includes(this.name) ?? true;
    if (others) this.channel.postMessage({ opening: this.id });
    if (!names) return;
    const taken = new Promise((resolve) => {
      let mine = false;
      const hold = () => {
        mine = true;
        resolve(undefined);
        return new Promise((release) => {
          this.release = () => release(undefined);
        });
      };
      const steal = () => mine || locks.request(this.name, { steal: true }, hold).catch(() => {});
      locks.request(this.name, { signal: AbortSignal.timeout(PATIENCE) }, hold).catch(steal);
    });
    if (others) await taken;
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
