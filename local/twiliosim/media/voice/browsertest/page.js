// The page of browser.test.mjs: a few words with which the test plays an agent who uses the
// unmodified Voice SDK, and ears that tell tones by their spectrum.
'use strict';

window.events = [];
const note = (...words) => window.events.push(words.join(' '));

const script = async (what, order = {}) => {
  const response = await fetch(`/script/${what}`, { method: 'POST', body: JSON.stringify(order) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
};

// online makes a Device and registers it: one that is pointed here by its options or, in
// production, one without any.
window.online = async (identity, seconds = 3600, production = false) => {
  const options = production ? undefined : { ...await script('options'), enableImprovedSignalingErrorPrecision: true, logLevel: 'warn' };
  const device = new Twilio.Device(await script('token', { identity, seconds }), options);
  for (const name of ['registered', 'unregistered', 'tokenWillExpire']) device.on(name, () => note(name));
  device.on('error', (error) => note('error', error.code));
  device.on('incoming', (call) => {
    window.call = call;
    window.rang = performance.now();
    for (const name of ['accept', 'cancel', 'disconnect', 'reject', 'reconnecting', 'reconnected']) {
      call.on(name, () => note(name));
    }
    call.on('error', (error) => note('call-error', error.code));
    call.on('messageReceived', (m) => note('message', JSON.stringify(m.content)));
    call.on('messageSent', () => note('messageSent'));
    note('incoming');
  });
  window.device = device;
  await device.register();
};

window.renew = async (identity) => window.device.updateToken(await script('token', { identity, seconds: 3600 }));

const sound = new AudioContext();

// ear returns the strength of one frequency in a stream, in decibels, as a function.
const ear = (stream) => {
  const analyser = sound.createAnalyser();
  analyser.fftSize = 8192;
  analyser.smoothingTimeConstant = 0;
  sound.createMediaStreamSource(stream).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  return (hz) => {
    analyser.getFloatFrequencyData(bins);
    const centre = Math.round((hz * analyser.fftSize) / sound.sampleRate);
    return Math.max(...bins.subarray(centre - 2, centre + 3));
  };
};

// heard returns which of these tones the call sounds with now.
let listening;
window.heard = (tones) => {
  const stream = window.call?.getRemoteStream();
  if (!stream) return [];
  if (listening?.stream !== stream) listening = { stream, level: ear(stream) };
  return tones.filter((hz) => listening.level(hz) > -45);
};
