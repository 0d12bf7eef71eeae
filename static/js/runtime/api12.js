// @ts-check
import { Session } from "./session.js";

/**
 * The object for `window.API`.
 * @param {{model: import("./datamodel.js").DataModel, hooks?: import("./session.js").Hooks}} parts
 */
export function createApi12(parts) {
  return new Session(parts).expose({
    LMSInitialize: "initialize",
    LMSFinish: "terminate",
    LMSGetValue: "getValue",
    LMSSetValue: "setValue",
    LMSCommit: "commit",
    LMSGetLastError: "getLastError",
    LMSGetErrorString: "getErrorString",
    LMSGetDiagnostic: "getDiagnostic",
  });
}
