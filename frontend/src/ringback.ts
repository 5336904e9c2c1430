/**
 * The ringback tone that a transferor hears while the target is rung. Twilio rings the target's leg alone and leaves
 * the transferor's silent. The page makes the tone itself, so it stops the moment the target answers.
 */
export interface Ringback {
  /** Plays until stopped on the given speaker; "" and "default" are the system's own. */
  start(speaker: string): void;
  stop(): void;
}

/** The North American ringing tone (ITU-T E.180): both frequencies, two seconds of six. */
const HERTZ = [440, 480];
const ON_S = 2;
const PERIOD_S = 6;
const LOUDNESS = 0.06;

export function createRingback(): Ringback {
  let stop: (() => void) | null = null;
  return {
    start: (speaker) => {
      stop ??= sound(speaker);
    },
    stop: () => {
      stop?.();
      stop = null;
    },
  };
}

function sound(speaker: string): () => void {
  const context = new AudioContext();
  const source = context.createBufferSource();
  source.buffer = period(context);
  source.loop = true;
  // Only an element can be sent to a chosen speaker in every browser that allows the choice.
  const out = context.createMediaStreamDestination();
  const player = new Audio();
  player.srcObject = out.stream;
  source.connect(out);
  source.start();
  const chosen = speaker && speaker !== "default" && "setSinkId" in player
    ? player.setSinkId(speaker)
    : Promise.resolve();
  // The speaker is gone, or the browser wants a click first: there is no tone, and the page still shows that it rings.
  void chosen.catch(() => undefined).then(() => player.play()).catch(() => undefined);
  return () => {
    player.pause();
    player.srcObject = null;
    void context.close();
  };
}

function period(context: AudioContext): AudioBuffer {
  const rate = context.sampleRate;
  const buffer = context.createBuffer(1, PERIOD_S * rate, rate);
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < ON_S * rate; i++) {
    samples[i] = HERTZ.reduce((sum, hertz) => sum + LOUDNESS * Math.sin((2 * Math.PI * hertz * i) / rate), 0);
  }
  return buffer;
}
