/**
 * The queue as shown to the agent. The server counts every caller without an owner, including the one who rings here.
 */
import type { Call, Line } from "../contract/types.js";
import { offeredCall } from "./screen.js";
import type { State } from "./state.js";

export interface WaitingLine extends Line {
  /** A caller rings here, who is not counted. */
  readonly others: boolean;
}

export function waitingLine(state: State): WaitingLine {
  const line = state.snapshot?.line ?? { count: 0, more: false };
  const call = offeredCall(state);
  return call !== null && waits(call) ? { ...without(line, call), others: true } : { ...line, others: false };
}

/** The server counts the caller of that call. */
export const waits = (call: Call): boolean => call.state === "waiting" || call.state === "ringing";

/** The queue without that caller, who is counted in it. */
export function without(line: Line, call: Call): Line {
  if (line.count === 0 || line.more) return line;
  // The server sends only the longest wait of the others, which may be that of this caller.
  const { longest, ...rest } = line;
  const known = longest !== undefined && Date.parse(longest) !== Date.parse(call.caller.waitingSince) && line.count > 1;
  return { ...rest, count: line.count - 1, ...(known ? { longest } : {}) };
}
