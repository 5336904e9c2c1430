/** Whether the agent may call somebody back now. */
import type { Button } from "./allow.js";
import type { State } from "./state.js";

/** The operator has switched it on, and there are countries whose numbers may be dialled. */
export const callsBack = ({ rules, snapshot }: State): boolean =>
  rules?.callBack === true && snapshot?.numbers === true;

export function mayCallBack(state: State): Button {
  const no = (why: string): Button => ({ on: false, why, busy: false });
  if (state.calling) return { on: false, why: "Waiting for the server", busy: true };
  if (!callsBack(state)) return no("Calling back is not switched on");
  if (state.leg || state.snapshot?.call) return no("Not during a call");
  if (state.device.is !== "registered") return no("Go online first");
  if (state.apiDownAt) return no("The server cannot be reached");
  return { on: true, why: "", busy: false };
}
