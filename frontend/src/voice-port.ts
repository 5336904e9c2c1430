/** What the desk asks of a phone line and hears from it, free of the SDK; voice.ts is the real one. */
import type { RingInfo, Sounds } from "./state/state.js";

export type VoiceEvent =
  | { readonly is: "registered" }
  /** Not reachable by callers now; the SDK keeps trying to come back by itself. */
  | { readonly is: "lost"; readonly why: string }
  /** Gone for good: a new line must be opened. */
  | { readonly is: "destroyed" }
  | { readonly is: "token-expiring" }
  | { readonly is: "ringing"; readonly sid: string; readonly ring: RingInfo }
  | { readonly is: "open" }
  /** What of the leg's connection is lost: its sound, or the line over which it is steered; once for each. */
  | { readonly is: "reconnecting"; readonly what?: "sound" | "line" }
  | { readonly is: "muted"; readonly muted: boolean }
  /** The leg is over, answered or not. `why` is a key of words/voice.ts, empty for an ordinary end. */
  | { readonly is: "gone"; readonly why: string }
  | { readonly is: "warning"; readonly name: string; readonly on: boolean }
  | { readonly is: "message"; readonly content: unknown }
  | { readonly is: "levels"; readonly input: number; readonly output: number }
  | { readonly is: "sounds"; readonly lost: boolean };

/** Why the line could not be opened, or a leg not taken: a key of words/voice.ts. */
export class VoiceError extends Error {
  constructor(readonly why: string) {
    super(why);
  }
}

/** At most one line and one leg at a time. Nothing here throws but start (VoiceError) and the choosing of devices. */
export interface Voice {
  /** Opens the line; resolves when callers can reach it. */
  start(token: string): Promise<void>;
  refresh(token: string): void;
  /** Closes the line; a live leg ends with it, and a start that is under way fails. */
  stop(): void;
  answer(): void;
  reject(): void;
  hangUp(): void;
  mute(muted: boolean): void;
  digits(digits: string): void;
  sounds(): Sounds;
  choose(what: "input" | "speaker" | "ringer", id: string): Promise<void>;
  test(what: "speaker" | "ringer"): Promise<void>;
  listen(listener: (event: VoiceEvent) => void): void;
}
