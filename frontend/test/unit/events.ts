/** The events that bring a page into the states that several tests begin with. */
import type { CallState } from "../../src/contract/types.js";
import type { Event } from "../../src/state/event.js";
import { reduce } from "../../src/state/reduce.js";
import { initial, type State } from "../../src/state/state.js";
import { callAt, ringAt, snapshotAt } from "../fixtures.js";

export const T = Date.UTC(2026, 10, 22, 10);

export function after(events: Event[], from: State = initial): State {
  return events.reduce(reduce, from);
}

export const signedIn: Event[] = [{ type: "signed-in" }, { type: "snapshot", snapshot: snapshotAt(T), at: T }];
export const online: Event[] = [
  ...signedIn,
  { type: "microphone", microphone: "granted" },
  { type: "wants", wants: true },
  { type: "device", is: "registered", at: T },
];
export const ringing: Event = { type: "leg-ringing", sid: "CA1", ring: ringAt(T), at: T };
export const open: Event[] = [...online, ringing, { type: "leg-answering" }, { type: "leg-open", at: T }];
export const talking = (state: CallState = "talking"): Event[] => [
  ...open, { type: "snapshot", snapshot: snapshotAt(T + 1, { call: callAt(T, state) }), at: T + 1 },
];
