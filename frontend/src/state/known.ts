/**
 * What this page can know now. A call depends on three connections that fail independently: the server, which knows who
 * hears whom; Twilio's signalling, which knows that the leg is there; and the media, which this computer measures.
 */
import { soundOf, type Sound } from "../words/voice.js";
import type { State } from "./state.js";

export interface Known {
  /** Which direction of the media works, as measured here. */
  readonly sound: Sound;
  /** Twilio's signalling is connected. */
  readonly signalling: boolean;
  /**
   * When the server last told of the call, if it cannot be reached now (ms of this computer's clock); 0 while it can.
   */
  readonly told: number;
}

export const ALL: Known = { sound: "flows", signalling: true, told: 0 };

/** The server can be reached and accepts requests. */
export function serverThere(state: State): boolean {
  return state.apiDownAt === 0 && state.session === "signed-in";
}

export function known(state: State): Known {
  const { leg, snapshot } = state;
  const interrupted = leg?.phase === "reconnecting";
  const signalling = !interrupted || leg.lost === "sound";
  const lost = interrupted && leg.lost !== "signalling";
  // Without a sign-in nothing is polled, but changes are still pushed over the signalling connection.
  const silent = state.apiDownAt > 0 || (state.session === "expired" && !signalling);
  return {
    sound: lost ? "lost" : soundOf(state.warnings),
    signalling,
    told: silent && snapshot ? Date.parse(snapshot.at) - state.skew : 0,
  };
}
