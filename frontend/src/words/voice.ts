/** Words for what the phone line of this page (the voice SDK) has to say. */

/** Keys are names given by src/voice.ts, so that no other file knows the SDK's error codes. */
const DEVICE: Record<string, string> = {
  "": "",
  signalling: "The phone network cannot be reached from here.",
  token: "The phone line's pass was refused.",
  expired: "The phone line's pass has run out.",
  timeout: "The phone network did not answer.",
  destroyed: "The phone line was closed by the browser.",
  unsupported: "This browser cannot make calls. Use a current Chrome, Edge, Firefox or Safari.",
  "token-unavailable": "The server gave no pass for the phone line.",
  "elsewhere": "The phone line moved to another tab.",
};

export function deviceWords(why: string): string {
  return DEVICE[why] ?? "The phone line failed.";
}

const LEG: Record<string, string> = {
  media: "The audio connection failed.",
  signalling: "The phone network cannot be reached from here.",
  microphone: "The microphone could not be opened.",
  "token": "The phone line's pass was refused.",
  declined: "The call was declined.",
  gone: "The call was over before it could be answered.",
};

export function legErrorWords(why: string): string {
  return LEG[why] ?? "The call failed.";
}

export type Light = "good" | "fair" | "poor";

/** Names are the SDK's warnings (docs: voice-sdk-call-quality-events). */
const WARNINGS: Record<string, { light: Light; words: string }> = {
  "high-rtt": { light: "fair", words: "Long delay: you may talk over each other" },
  "high-jitter": { light: "fair", words: "Uneven connection: the sound may stutter" },
  "low-mos": { light: "poor", words: "Poor sound quality" },
  "high-packet-loss": { light: "poor", words: "Parts of the sound are lost" },
  "high-packets-lost-fraction": { light: "poor", words: "Parts of the sound are lost" },
  "low-bytes-received": { light: "poor", words: "Nothing is heard from the other side" },
  "low-bytes-sent": { light: "poor", words: "Your voice does not leave this computer" },
  "ice-connectivity-lost": { light: "poor", words: "The audio connection is interrupted" },
  "constant-audio-input-level": { light: "fair", words: "No sound from your microphone: is it muted?" },
};

export interface Quality {
  readonly light: Light;
  readonly words: string;
}

export function quality(warnings: readonly string[]): Quality {
  const known = warnings.map((w) => WARNINGS[w] ?? { light: "fair" as const, words: "The connection is not at its best" });
  const worst = known.find((w) => w.light === "poor") ?? known[0];
  return worst ?? { light: "good", words: "Good connection" };
}

/** One-way audio is what a fresh leg can cure (F046). */
export function oneWay(warnings: readonly string[]): boolean {
  return warnings.includes("low-bytes-received") || warnings.includes("low-bytes-sent");
}
