/** The browser's microphone outside a call: asks for permission and shows its level. */
import type { Microphone } from "./state/state.js";

/**
 * Asks for the microphone and releases it; the answer is what the browser and the person allow
 * (https://developer.mozilla.org/en-US/docs/Web/API/MediaDevices/getUserMedia).
 */
export async function askMicrophone(media: MediaDevices | undefined = navigator.mediaDevices): Promise<Microphone> {
  if (!media) return "denied"; // no secure context
  try {
    const stream = await media.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return "granted";
  } catch (error) {
    return microphoneOf(error instanceof Error ? error.name : "");
  }
}

export function microphoneOf(errorName: string): Microphone {
  switch (errorName) {
    case "NotFoundError":
    case "DevicesNotFoundError":
    case "OverconstrainedError":
      return "absent";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "taken";
    default:
      return "denied";
  }
}

/** Reports the microphone's level, 0 to 1, until the returned function is called. */
export async function meterMicrophone(deviceId: string, level: (input: number) => void): Promise<() => void> {
  const audio = deviceId ? { deviceId: { exact: deviceId } } : true;
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 256;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  const timer = window.setInterval(() => {
    analyser.getByteTimeDomainData(samples);
    const peak = samples.reduce((max, s) => Math.max(max, Math.abs(s - 128)), 0);
    level(Math.min(1, peak / 100));
  }, 80);
  return () => {
    window.clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  };
}
