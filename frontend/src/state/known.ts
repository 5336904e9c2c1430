/**
 * What this page can know now. A call hangs on three threads that break apart from each other: the server, which says who
 * hears whom; the line to the phone network, which says that the leg is there; and the sound, which is measured here.
 */
import { soundOf, type Sound } from "../words/voice.js";
import type { State } from "./state.js";

export interface Known {
  /** What of the sound goes through, as far as this computer measures it. */
  readonly sound: Sound;
  /** The phone network's signalling is there. */
  readonly line: boolean;
  /** When the server last told of the call, if it cannot be asked now (ms of this computer's clock); 0 while it can. */
  readonly told: number;
}

export const ALL: Known = { sound: "flows", line: true, told: 0 };

/** The server can be asked, and does what it is asked. */
export function serverThere(state: State): boolean {
  return state.apiDownAt === 0 && state.session === "signed-in";
}

export function known(state: State): Known {
  const { leg, snapshot } = state;
  const interrupted = leg?.phase === "reconnecting";
  const line = !interrupted || leg.lost === "sound";
  const lost = interrupted && leg.lost !== "line";
  // Without a sign-in nothing is asked; but what changes is pushed over the line, while that is there.
  const silent = state.apiDownAt > 0 || (state.session === "expired" && !line);
  return {
    sound: lost ? "lost" : soundOf(state.warnings),
    line,
    told: silent && snapshot ? Date.parse(snapshot.at) - state.skew : 0,
  };
}
