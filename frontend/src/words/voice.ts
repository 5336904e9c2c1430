/** Words for what the page's voice device (the voice SDK) reports. */

/** Keys are names given by src/voice.ts; no other file knows the SDK's error codes. */
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

export type Light = "good" | "fair" | "poor" | "unknown";

/**
 * Names are the SDK's call quality warnings
 * (https://www.twilio.com/docs/voice/insights/call-quality-events-twilio-client-sdk).
 */
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

/** Which direction of the media works: neither, not to here, or not from here. */
export type Sound = "flows" | "lost" | "deaf" | "dumb" | "doubtful";

export function soundOf(warnings: readonly string[]): Sound {
  const [deaf, dumb] = [warnings.includes("low-bytes-received"), warnings.includes("low-bytes-sent")];
  if (warnings.includes("ice-connectivity-lost") || (deaf && dumb)) return "lost";
  if (deaf) return "deaf";
  if (dumb) return "dumb";
  return warnings.includes("constant-audio-input-level") ? "doubtful" : "flows";
}

export interface Quality {
  readonly light: Light;
  readonly words: string;
}

export function quality(warnings: readonly string[]): Quality {
  const known = warnings.map((w) => WARNINGS[w] ?? { light: "fair" as const,
    words: "The connection is not at its best" });
  const worst = known.find((w) => w.light === "poor") ?? known[0];
  return worst ?? { light: "good", words: "Good sound" };
}

/** The sound as measured here. If both of the page's connections are lost, the measurement is too old. */
export function soundWords(warnings: readonly string[],
  known: { readonly sound: Sound; readonly signalling: boolean; readonly told: number }): Quality {
  if (known.sound === "lost") return { light: "poor", words: "Sound interrupted" };
  const is = quality(warnings);
  return is.light === "good" && !known.signalling && known.told ? { light: "unknown", words: "Sound not known" } : is;
}

/** One-way audio, which a new leg can cure (F046). */
export function oneWay(warnings: readonly string[]): boolean {
  return warnings.includes("low-bytes-received") || warnings.includes("low-bytes-sent");
}
