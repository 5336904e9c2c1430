// A caller who is asked keeps the place and hangs up; an agent is rung, the caller is dialled, and they talk, by sound.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';
import { until } from './wait.mjs';

const scenario = stage({
  settings: { RingSeconds: 60, AllowedCountries: 'GB,US', CallBack: 'on' },
  before: (here) => here.stack.ask('PUT', '/control/settings', { settings: { question: { ahead: 1, keep: true } } }),
});

const callerTone = 500; // the only scripted leg that makes a sound
const number = '+12125550199';

/** says waits until a leg hears words that begin so. */
function says(s, sid, words) {
  return until(`${sid} to hear "${words}"`, async () =>
    (await s.stack.call(sid)).hears.some((h) => h.startsWith(`speech:${words}`)), { every: 50, ms: 60_000 });
}

/** asked is a caller who arrives while another waits, and is asked. */
async function asked(s, from = number) {
  const ahead = await s.stack.dial('+12125550190');
  await s.stack.keeps(ahead);
  const sid = await s.stack.dial(from);
  await says(s, sid, 'To be called back');
  return { ahead, sid };
}

/** keeps is a caller who presses the key, hears words, and hangs up. */
async function keeps(s, sid) {
  await s.stack.ask('POST', `/control/calls/${sid}/dtmf`, { digits: '2' });
  await says(s, sid, 'Your place in the line is kept');
  await s.stack.does(sid, 'hangup');
}

scenario('F301 F350: a caller keeps the place; the agent is rung first, then the caller, and a colleague is consulted', async (s) => {
  const [alice, bob, erin] = await Promise.all(['alice', 'bob', 'erin'].map((id) => s.agent(id, { online: false })));
  await erin.press('side-team');
  const { ahead, sid } = await asked(s);
  await keeps(s, sid);
  await erin.says('team-waiting', 'Keeps the place, and is called when it is their turn.');
  await alice.press('go-online');
  await alice.screen('ringing'); // for who is ahead, who hangs up
  await alice.says('kept', '1 kept');
  await erin.look('kept-place', 'kept-place');
  await s.stack.does(ahead, 'hangup');

  await alice.says('screen-ringing', 'A kept place');
  assert.equal((await s.stack.calls()).some((c) => c.to === number), false, 'nobody is dialled before Alice is there');
  await alice.look('kept-ringing', '');
  await alice.press('answer');
  await alice.inCall('calling');
  const called = await until('the caller to be rung', async () =>
    (await s.stack.calls()).findLast((c) => c.to === number && c.status === 'ringing')?.sid);
  await alice.says('hears', 'is being rung');
  await s.stack.does(called, 'answer');
  await alice.inCall('talking');
  await alice.hears({ tones: [callerTone] });
  await s.stack.hears(called, [`leg:${await s.stack.leg('alice', 'in-progress')}`]);

  await bob.goOnline();
  await alice.consult('bob', 'Has waited for a long time');
  await bob.answer('consulting');
  await alice.inCall('consulting');
  await s.stack.keeps(called); // N5
  await alice.hears({ beeps: true });
  await bob.hears({ beeps: true });
  await alice.press('complete');
  await bob.inCall('talking');
  await bob.hears({ tones: [callerTone] });
  await bob.end();
  await s.stack.over(called);
}, { timeout: 240_000, deep: true });

scenario('F304: who keeps a place rings in again and has it, before who came later', async (s) => {
  const alice = await s.agent('alice', { online: false });
  const from = '+12125550177';
  const { ahead, sid } = await asked(s, from);
  await keeps(s, sid);
  const later = await s.stack.dial('+12125550188');
  const again = await s.stack.dial(from);
  await s.stack.keeps(again);
  await s.stack.does(ahead, 'hangup');
  await alice.press('go-online');
  await alice.screen('ringing');
  await alice.says('caller', /212.*555.*0177/);
  await alice.answer();
  await alice.hears({ tones: [callerTone] });
  await s.stack.keeps(later);
}, { timeout: 240_000, deep: true });

scenario('F294: who says nothing hears music two seconds after the question, and has the place', async (s) => {
  const { sid } = await asked(s, '+12125550166');
  await until('the caller to be in the line', async () => (await s.stack.call(sid)).conference, { ms: 90_000 });
  await s.stack.hears(sid, ['music'], 4000);
}, { timeout: 240_000, deep: true });
