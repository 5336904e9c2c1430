// Runs in every page before its own scripts: records what the page really plays, as a spectrum, and what its policy
// refused.
(() => {
  const tones = [500, 600, 700, 800, 900];
  let track; // the sound of the newest leg
  const streams = [];

  function listen(newest) {
    track = newest;
    streams.push(new MediaStream([newest])); // Chromium drops a stream that only WebAudio uses
    newest.addEventListener('ended', () => { if (track === newest) track = undefined; });
  }

  // Sound is heavy work, so what no test needs is left out: the microphones are made up, and have no echo.
  const media = navigator.mediaDevices;
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const microphone = media?.getUserMedia.bind(media);
  if (media) media.getUserMedia = (wanted) => microphone({ ...wanted, audio: wanted.audio && { ...wanted.audio, ...plain } });

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class RTCPeerConnection extends Native {
    constructor(...settings) {
      super(...settings);
      this.addEventListener('track', (e) => listen(e.track));
    }

    // A wire that can be cut stands between this page and Twilio's media port (the phone network).
    async setRemoteDescription(description) {
      const candidate = /^(a=candidate:\S+ \d+ udp \d+ \S+) (\d+) /gim;
      const port = window.mediaAt && candidate.exec(description.sdp)?.[2];
      if (!port) return super.setRemoteDescription(description);
      const ours = await window.mediaAt(Number(port));
      return super.setRemoteDescription({ type: description.type,
        sdp: description.sdp.replace(candidate, `$1 ${ours} `) });
    }
  };

  const bins = new Float32Array(2048);
  const wave = new Float32Array(4096);

  function sample(ear) {
    ear.getFloatFrequencyData(bins);
    ear.getFloatTimeDomainData(wave);
    const level = (hz) => {
      const at = Math.round((hz * ear.fftSize) / ear.context.sampleRate);
      return Math.max(...bins.subarray(at - 1, at + 2));
    };
    let energy = 0;
    for (const v of wave) energy += v * v;
    const loud = 10 * Math.log10(energy / wave.length + 1e-12);
    return { loud, levels: tones.map(level), beep: Math.max(level(400), level(1200), level(2000)) };
  }

  const pause = () => new Promise((done) => setTimeout(done, 40));

  /** sampled are samples of the newest leg during `ms`; none if there is no leg, or its sound was not played. */
  async function sampled(ms) {
    const room = new AudioContext({ sinkId: { type: 'none' } }); // one that goes on while nobody listens is heavy work
    const ear = new AnalyserNode(room, { fftSize: 4096, smoothingTimeConstant: 0 });
    const heard = track;
    const samples = [];
    if (heard) {
      const full = ear.fftSize / room.sampleRate + 0.02; // seconds until it has a whole window of sound
      room.createMediaStreamSource(new MediaStream([heard])).connect(ear);
      for (const end = performance.now() + 3000; room.currentTime < full && performance.now() < end;) await pause();
      const began = room.currentTime;
      for (const end = performance.now() + ms; track === heard && performance.now() < end;) {
        samples.push(sample(ear));
        await pause();
      }
      if (track !== heard || began < full || room.currentTime - began < ms / 2000) samples.length = 0;
    }
    void room.close();
    return samples;
  }

  /** heard is what sounds during `ms`: steady tones, loudness and the microphones' beeps. */
  window.heard = async (ms) => {
    const samples = await sampled(ms);
    if (samples.length === 0) return { line: 'none', tones: [], beeps: false, loudest: -120, share: 0 };
    const sorted = (values) => [...values].sort((a, b) => a - b);
    const low = (values) => sorted(values)[Math.floor(values.length / 10)];
    const beeps = samples.map((s) => s.beep);
    const louds = samples.map((s) => s.loud);
    return {
      line: 'open',
      tones: tones.filter((_, i) => low(samples.map((s) => s.levels[i])) > -48),
      beeps: Math.max(...beeps) > -62 && Math.max(...beeps) - low(beeps) > 15,
      loudest: Math.round(Math.max(...louds)),
      share: louds.filter((l) => l > -55).length / louds.length,
      levels: tones.map((hz, i) => `${hz}: ${Math.round(low(samples.map((s) => s.levels[i])))}`).join(', '),
      beep: `${Math.round(low(beeps))} to ${Math.round(Math.max(...beeps))}`,
    };
  };

  // Sounds that the page makes itself, besides the call.
  const playing = new Set();
  const fine = new Float32Array(4096);
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    playing.add(this);
    return play.call(this);
  };

  /** ringback says whether a ringback tone sounds within one of its periods. */
  window.ringback = async () => {
    const ofCall = new Set(streams.flatMap((s) => s.getTracks()));
    const sounding = [...playing].filter((e) => !e.paused && e.srcObject?.active
      && !e.srcObject.getTracks().some((t) => ofCall.has(t)));
    const room = new AudioContext();
    const ears = sounding.map((e) => {
      const ear = new AnalyserNode(room, { fftSize: 8192, smoothingTimeConstant: 0 });
      room.createMediaStreamSource(e.srcObject).connect(ear);
      return ear;
    });
    const at = (ear, hz) => {
      ear.getFloatFrequencyData(fine);
      return fine[Math.round((hz * ear.fftSize) / room.sampleRate)];
    };
    let rings = false;
    for (const end = performance.now() + 7000; !rings && ears.length > 0 && performance.now() < end;) {
      await new Promise((done) => setTimeout(done, 100));
      rings = ears.some((ear) => at(ear, 440) > -50 && at(ear, 480) > -50);
    }
    void room.close();
    return rings;
  };

  addEventListener('securitypolicyviolation',
    (e) => console.error(`policy refused ${e.violatedDirective} ${e.blockedURI}`));
})();
