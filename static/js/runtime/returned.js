// @ts-check
/** A unit has sent the learner back: the player hears of it, wherever it is open. */
const visit = location.pathname.split("/").pop() ?? "";
const channel = new BroadcastChannel(`rollbook:return:${visit}`);
channel.postMessage({ returned: true });
channel.close();
if (window.parent === window) window.close();
