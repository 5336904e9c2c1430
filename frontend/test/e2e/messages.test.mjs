// A caller leaves a message at night, from a real telephone page, and an agent plays it, by sound.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';
import { until } from './wait.mjs';

const scenario = stage({ before: (here) => here.stack.ask('PUT', '/control/settings', {
  settings: { emergency: { closed: true }, voicemail: { closed: true } },
}) });

/** heardIn listens to what a page's player plays, for as long as it takes to hear the caller's beeps; in dB. */
function heardIn(player) {
  return player.evaluate(async (audio) => {
    const room = new AudioContext();
    const ear = new AnalyserNode(room, { fftSize: 4096, smoothingTimeConstant: 0 });
    room.createMediaStreamSource(audio.captureStream()).connect(ear);
    const bins = new Float32Array(ear.frequencyBinCount);
    const loudest = { beep: -Infinity, other: -Infinity };
    for (let i = 0; i < 100; i++) {
      await new Promise((done) => setTimeout(done, 40));
      ear.getFloatFrequencyData(bins);
      const level = (hz) => bins[Math.round((hz * ear.fftSize) / room.sampleRate)];
      loudest.beep = Math.max(loudest.beep, level(400), level(1200), level(2000));
      loudest.other = Math.max(loudest.other, level(3500));
    }
    await room.close();
    return loudest;
  });
}

scenario('a message at night: the caller speaks after the tone, an agent listens, takes and does it', async (s) => {
  const phone = await s.phone();
  await phone.dial();
  await until('the recording', async () => (await s.stack.call(phone.sid)).hears.includes('recording'), { ms: 60_000 });
  await new Promise((done) => setTimeout(done, 5000)); // the telephone's microphone beeps
  await phone.hangUp();

  const [alice, bob] = await Promise.all([s.agent('alice', { online: false }), s.agent('bob', { online: false })]);
  await alice.press('side-messages');
  await bob.press('side-messages');
  const row = alice.at('message').first();
  await row.waitFor();
  const id = await row.getAttribute('data-message');
  assert.match(await row.innerText(), /New/);
  await alice.press(`message-play-${id}`);
  const player = alice.at('message-sound');
  await player.waitFor();
  const heard = await heardIn(player);
  assert.ok(heard.beep > -60 && heard.beep > heard.other + 10, `alice hears ${JSON.stringify(heard)}`);
  assert.match(await player.getAttribute('src'), /^blob:/);

  await alice.press(`message-take-${id}`);
  await alice.says('message-state', 'Taken by you');
  // Its button has gone: the keyboard goes on in the row.
  assert.equal(await alice.page.evaluate(() => document.activeElement?.dataset.message), id);
  await bob.press(`message-take-${id}`); // the list at Bob's is some seconds old
  await bob.says('message-state', 'Taken by Alice');
  await alice.look('messages');
  await alice.press(`message-done-${id}`);
  await alice.says('message-state', 'Done by you');
}, { timeout: 180_000 });
