// Level meters: the loudness of streams, as bars that a screen reader can read.

const floor = -60; // dBFS that counts as silence

export class Meters {
  #context;
  #meters = [];
  #frame;

  // show draws the level of a stream in an element with the role meter.
  show(element, stream) {
    if (!stream) return;
    this.#context ??= new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    const source = this.#context.createMediaStreamSource(stream);
    source.connect(analyser);
    this.#meters.push({ element, source, analyser, samples: new Float32Array(analyser.fftSize) });
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  // stop empties the bars and releases the sound card.
  stop() {
    cancelAnimationFrame(this.#frame);
    for (const m of this.#meters) {
      m.source.disconnect();
      set(m.element, 0);
    }
    this.#context?.close();
    this.#context = this.#frame = undefined;
    this.#meters = [];
  }

  #draw() {
    for (const m of this.#meters) {
      m.analyser.getFloatTimeDomainData(m.samples);
      set(m.element, level(m.samples));
    }
    this.#frame = requestAnimationFrame(() => this.#draw());
  }
}

// level is the loudness of samples from 0 (silence) to 100 (full scale).
export function level(samples) {
  let sum = 0;
  for (const v of samples) sum += v * v;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.round(Math.min(100, Math.max(0, (1 - decibels / floor) * 100)));
}

function set(element, value) {
  element.style.setProperty('--level', `${value}%`);
  element.setAttribute('aria-valuenow', value);
}
