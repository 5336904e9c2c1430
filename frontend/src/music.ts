/**
 * Makes the WAV file that the server takes of any file that this browser can play: 8,000 samples a second, one channel,
 * 16 bits. The server checks it by its bytes; what is refused here is what need not be sent.
 */

/** Why a file cannot be the music, in words. */
export class MusicError extends Error {}

/** A browser needs some ten times that to decode it. */
const MOST_BYTES = 30 * 1024 * 1024;
const MOST_SECONDS = 180;
const RATE = 8000;

export async function toWav(file: Blob): Promise<Blob> {
  if (file.size > MOST_BYTES) throw new MusicError("The file is too large: at most 30 MB, and three minutes.");
  const sound = await decoded(await file.arrayBuffer());
  if (sound.duration > MOST_SECONDS + 1) {
    throw new MusicError(`It lasts ${Math.round(sound.duration / 60)} minutes: at most three.`);
  }
  return new Blob([wavOf(sound.getChannelData(0))], { type: "audio/wav" });
}

async function decoded(bytes: ArrayBuffer): Promise<AudioBuffer> {
  const reader = new OfflineAudioContext(1, 1, 44_100);
  const whole = await reader.decodeAudioData(bytes).catch(() => {
    throw new MusicError("This browser cannot play the file: choose a WAV or MP3 file.");
  });
  if (whole.duration > MOST_SECONDS + 1 || whole.length === 0) return whole;
  // Resampled, and mixed to one channel, by the browser.
  const context = new OfflineAudioContext(1, Math.ceil(whole.duration * RATE), RATE);
  const source = context.createBufferSource();
  source.buffer = whole;
  source.connect(context.destination);
  source.start();
  return context.startRendering();
}

export function wavOf(samples: Float32Array): ArrayBuffer {
  const bytes = new ArrayBuffer(44 + samples.length * 2);
  const view = new DataView(bytes);
  const text = (at: number, words: string): void => [...words].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((s, i) => view.setInt16(44 + i * 2, Math.round(Math.max(-1, Math.min(1, s)) * 32_767), true));
  return bytes;
}
