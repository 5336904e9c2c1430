/**
 * The queue as shown to the agent. The server counts every caller without an owner, including the one who rings here.
 */
import type { Line } from "../contract/types.js";
import { offeredCall } from "./screen.js";
import type { State } from "./state.js";

export interface WaitingLine extends Line {
  /** A caller rings here, who is not counted. */
  readonly others: boolean;
}

export function waitingLine(state: State): WaitingLine {
  const line = state.snapshot?.line ?? { count: 0, more: false };
  const call = offeredCall(state);
  const here = call !== null && (call.state === "waiting" || call.state === "ringing");
  if (!here || line.count === 0) return { ...line, others: here };
  if (line.more) return { ...line, others: true };
  // The server sends only the longest wait of the others, which may be that of the caller who rings here.
  const { longest, ...rest } = line;
  const known = longest !== undefined && Date.parse(longest) !== Date.parse(call.caller.waitingSince) && line.count > 1;
  return { ...rest, count: line.count - 1, ...(known ? { longest } : {}), others: true };
}
