/** What the desk needs from a voice device and hears from it, independent of the SDK; voice.ts is the real one. */
import type { RingInfo, Sounds } from "./state/state.js";

export type VoiceEvent =
  | { readonly is: "registered" }
  /** Callers cannot reach it now; the SDK keeps trying to reconnect. */
  | { readonly is: "lost"; readonly why: string }
  /** Closed for good: a new device must be opened. */
  | { readonly is: "destroyed" }
  | { readonly is: "token-expiring" }
  | { readonly is: "ringing"; readonly sid: string; readonly ring: RingInfo }
  | { readonly is: "open" }
  /** Which of the leg's connections is lost: media or signalling; one event for each. */
  | { readonly is: "reconnecting"; readonly what?: "sound" | "signalling" }
  | { readonly is: "muted"; readonly muted: boolean }
  /** The leg has ended, answered or not. `why` is a key of words/voice.ts, empty for an ordinary end. */
  | { readonly is: "gone"; readonly why: string }
  | { readonly is: "warning"; readonly name: string; readonly on: boolean }
  | { readonly is: "message"; readonly content: unknown }
  | { readonly is: "levels"; readonly input: number; readonly output: number }
  | { readonly is: "sounds"; readonly lost: boolean };

/** Why the device could not be opened or a leg not answered: a key of words/voice.ts. */
export class VoiceError extends Error {
  constructor(readonly why: string) {
    super(why);
  }
}

/**
 * At most one device and one leg at a time. Nothing here throws except start (VoiceError) and choosing a sound device.
 */
export interface Voice {
  /** Opens the device; resolves when callers can reach it. */
  start(token: string): Promise<void>;
  refresh(token: string): void;
  /** Closes the device; a live leg ends with it, and a start that is under way fails. */
  stop(): void;
  answer(): void;
  reject(): void;
  /** Forgets the ringing leg, which rings elsewhere, too: it is silent, and nothing more is heard of it. */
  ignore(): void;
  hangUp(): void;
  mute(muted: boolean): void;
  digits(digits: string): void;
  sounds(): Sounds;
  choose(what: "input" | "speaker" | "ringer", id: string): Promise<void>;
  test(what: "speaker" | "ringer"): Promise<void>;
  listen(listener: (event: VoiceEvent) => void): void;
}
