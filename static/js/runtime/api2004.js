// @ts-check
import { Session } from "./session.js";

/**
 * The object for `window.API_1484_11`.
 * @param {{model: import("./datamodel.js").DataModel, hooks?: import("./session.js").Hooks}} parts
 */
export function createApi2004(parts) {
  const functions = new Session(parts).expose({
    Initialize: "initialize",
    Terminate: "terminate",
    GetValue: "getValue",
    SetValue: "setValue",
    Commit: "commit",
    GetLastError: "getLastError",
    GetErrorString: "getErrorString",
    GetDiagnostic: "getDiagnostic",
  });
  return { ...functions, version: "1.0" };
}
