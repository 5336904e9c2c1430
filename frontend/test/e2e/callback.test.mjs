// A caller leaves a message at night; an agent plays it, calls back and consults a colleague in that call, by sound.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';
import { until } from './wait.mjs';

const scenario = stage({
  settings: { RingSeconds: 60, AllowedCountries: 'GB,US', CallBack: 'on' },
  before: (here) => here.stack.ask('PUT', '/control/settings', {
    settings: { emergency: { closed: true }, voicemail: { closed: true } },
  }),
});

const callerTone = 500; // the only scripted leg that makes a sound
const number = '+12125550199';

/** called waits for the leg on which the caller is called back. */
const called = (s) => until('the caller to be rung', async () =>
  (await s.stack.calls()).findLast((c) => c.to === number && c.status === 'ringing')?.sid);

scenario('F252: a message at night, called back with a consult: the caller hears Alice, music, Alice and Bob', async (s) => {
  const night = await s.stack.dial(number);
  await until('the recording', async () => (await s.stack.call(night)).hears.includes('recording'), { ms: 60_000 });
  await new Promise((done) => setTimeout(done, 4000)); // the telephone's tone is recorded
  await s.stack.does(night, 'hangup');

  const [alice, bob, other] = await Promise.all([s.agent('alice'), s.agent('bob'), s.agent('alice')]);
  await alice.press('side-messages');
  const row = alice.at('message').first();
  await row.waitFor();
  const id = await row.getAttribute('data-message');
  await alice.press(`message-play-${id}`);
  await alice.at('message-sound').waitFor();
  assert.match(await alice.at('message-sound').getAttribute('src'), /^blob:/);

  await alice.press(`back-${id}`);
  await alice.inCall('calling'); // nobody has pressed "answer"
  await alice.says('screen-in-call', 'Calling back');
  const caller = await called(s);
  await alice.says('hears', 'is being rung');
  assert.ok(await alice.page.evaluate(() => window.ringback()), 'Alice hears it ring');
  assert.equal(await other.at('screen-in-call').count(), 0, 'only the page that has asked is in the call');
  await alice.says('message', 'Taken by you');
  await alice.look('calling');
  await s.stack.does(caller, 'answer');
  await alice.inCall('talking');
  await alice.says('hears', 'Caller hears you');
  await alice.hears({ tones: [callerTone] });

  await alice.press('side-colleagues');
  await alice.consult('bob', 'Has left a message');
  await bob.answer('consulting');
  await alice.inCall('consulting');
  await s.stack.keeps(caller); // N5
  await alice.hears({ beeps: true });
  await bob.hears({ beeps: true });
  await alice.press('complete');
  await bob.inCall('talking');
  await alice.screen('ended');
  await bob.end();
  await s.stack.over(caller);
  await alice.press('side-messages');
  await alice.says('message-state', 'Taken by you');
}, { timeout: 240_000, deep: true });

scenario('F252: a number is typed and is busy: the page says so', async (s) => {
  await s.stack.ask('POST', '/control/numbers', { number: '+442079460123', does: 'busy' });
  const alice = await s.agent('alice');
  await alice.at('filter').fill('+44 20 7946 0123');
  await alice.press('back-typed');
  await alice.screen('ended');
  await alice.says('screen-ended', 'You called: the number was busy');
  await s.stack.ask('POST', '/control/numbers', { number: '+442079460123', does: 'ring' });
}, { timeout: 180_000 });
