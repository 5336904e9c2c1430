// The attended transfer in real browsers: every verb, every way in which it may fail, and every party that may leave.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';
import { patience, until } from './wait.mjs';

const scenario = stage({ settings: { RingSeconds: 120 } }); // axe runs while it rings, and may take long
const callerTone = 500; // the only scripted leg that makes a sound
// The caller's end closes the agents' legs, and the server may hear of those ends first: it corrects itself a moment
// later.
const callerLeft = 'The caller hung up';

scenario('F055 consult, private talk, complete: the caller hears Alice, music, Bob', async (s) => {
  const [alice, bob, phone] = await Promise.all([s.agent('alice'), s.agent('bob', { online: false }), s.phone()]);
  await phone.dial();
  await alice.answer();
  await bob.goOnline();
  await phone.hears({ beeps: true });
  await alice.consult('bob', 'Asks for a refund of order 1042');
  await bob.screen('ringing');
  await bob.says('note', 'Asks for a refund of order 1042');
  await bob.says('screen-ringing', 'Alice transfers a call to you');
  await alice.inCall('consult-ringing');
  assert.ok(await alice.page.evaluate(() => window.ringback()), 'Alice hears it ring');
  await phone.hears({ sounding: true });
  await alice.look('consult-ringing');
  await bob.look('ringing-transfer');
  await bob.answer('consulting');
  await alice.inCall('consulting');
  await alice.says('hears', 'Caller hears music');
  await s.stack.hears(phone.sid, ['music']);
  await alice.hears({ beeps: true });
  await bob.hears({ beeps: true });
  assert.ok(!(await alice.page.evaluate(() => window.ringback())), 'and no longer');
  await alice.look('consulting');
  await bob.look('consulting-target', '');

  await alice.press('complete');
  await bob.inCall('talking');
  await alice.screen('ended');
  await alice.says('screen-ended', 'Handed over to Bob');
  await phone.hears({ beeps: true });
  await bob.hears({ beeps: true });
  await bob.press('mute');
  await phone.hears({ silence: true }); // Alice is gone
  await phone.hangUp();
  await bob.screen('ended');
  await bob.says('screen-ended', callerLeft);
  const { call } = await s.stack.as('bob', 'GET', '/agents/me');
  assert.equal(call, null);
});

scenario('F082 swap there and back, join, then Alice leaves: Bob owns', async (s) => {
  const { alice, bob, caller } = await s.consulting();
  await alice.hears({ beeps: true });
  await s.stack.hears(caller, ['music']);
  await alice.press('swap');
  await alice.inCall('swapped');
  await alice.hears({ tones: [callerTone], beeps: false });
  await bob.says('you', 'You hear music');
  await bob.hears({ sounding: true });
  await alice.look('swapped');
  await alice.press('swap');
  await alice.inCall('consulting');
  await alice.hears({ beeps: true });
  await bob.hears({ beeps: true });
  await alice.press('join');
  await Promise.all([alice.inCall('three-way'), bob.inCall('three-way')]);
  await alice.hears({ tones: [callerTone], beeps: true });
  await bob.hears({ tones: [callerTone], beeps: true });
  await alice.press('leave');
  await bob.inCall('talking');
  await alice.screen('ended');
  await bob.hears({ tones: [callerTone], beeps: false });
});

scenario('F064 Alice cancels while Bob rings', async (s) => {
  const { alice, bob, caller } = await s.pair();
  await alice.consult('bob');
  await bob.screen('ringing');
  await s.stack.hears(caller, ['music']);
  await alice.press('cancel');
  await bob.screen('idle');
  await alice.inCall('talking');
  await alice.hears({ tones: [callerTone] });
  await bob.ready();
}, { deep: true });

scenario('F061 F158 Bob declines; a note full of markup is text', async (s) => {
  const { alice, bob } = await s.pair();
  const note = `<img src=x onerror="document.title='harmed'"> & ]]> </script><b>"bold"</b> <Say>'`;
  await alice.consult('bob', note);
  await bob.screen('ringing');
  assert.ok((await bob.at('note').innerText()).endsWith(note), 'the note as it was typed');
  assert.equal(await bob.at('note').locator('img, b, script').count(), 0);
  await until('Alice to see the note as typed',
    async () => (await alice.at('transfer').innerText()).includes(note));
  await bob.press('reject');
  await alice.inCall('talking');
  await alice.says('target', 'Bob declined the call.');
  await alice.hears({ tones: [callerTone] });
  assert.equal(await alice.at('note-field').inputValue(), note, 'the note is kept for the next colleague');
  await alice.at('note-field').fill('Asks for a refund of order 1042');
  await alice.look('declined');
  await bob.ready();
  assert.doesNotMatch(await bob.page.title(), /harmed/);
});

scenario('F068 Alice closes the page in the private talk: Bob has the caller', async (s) => {
  const { alice, bob } = await s.consulting();
  await alice.page.close();
  await bob.inCall('talking');
  await bob.hears({ tones: [callerTone], beeps: false });
  await bob.says('hears', 'Caller hears you');
}, { deep: true });

scenario('F070 Bob leaves the private talk: the caller is back with Alice', async (s) => {
  const { alice, bob } = await s.consulting();
  await bob.press('leave');
  await alice.inCall('talking');
  await alice.hears({ tones: [callerTone], beeps: false });
  await bob.screen('ended');
}, { deep: true });

scenario('F073 the caller hangs up in the private talk: both are told, and let go', async (s) => {
  const { alice, bob, caller } = await s.consulting();
  await s.stack.does(caller, 'hangup');
  for (const desk of [alice, bob]) {
    await desk.page.locator('[data-state=ended], [data-test=screen-ended]').waitFor();
    await desk.screen('ended', 3 * patience); // one of two legs may be lost, and noticed late
    await desk.says('screen-ended', callerLeft);
  }
  await until('no leg to be left', async () => (await s.stack.calls()).length === 0);
}, { deep: true });

scenario('reject: the next agent is rung, and the one who rejected stays available', async (s) => {
  const [alice, bob] = await Promise.all([s.agent('alice'), s.agent('bob', { online: false })]);
  const caller = await s.stack.dial();
  await alice.screen('ringing');
  await bob.goOnline();
  await alice.press('reject');
  await bob.answer();
  await bob.hears({ tones: [callerTone] });
  await alice.screen('idle');
  await s.stack.does(caller, 'hangup');
  await bob.screen('ended');
}, { deep: true });

scenario('F052 a double click on any button is one request with one effect', async (s) => {
  const { alice, bob } = await s.pair();
  const sent = new Map(); // by request key: a request that is sent again after a 503 is the same
  alice.page.on('request', (r) => { if (r.url().includes('/transfer?call=')) sent.set(r.postDataJSON().request,
    r.postDataJSON().action); });
  const twice = (name) => alice.at(name).dblclick({ delay: 60 });
  await twice('hold');
  await alice.at('resume').waitFor();
  await alice.says('hears', 'Caller hears music');
  await alice.at('resume').and(alice.page.locator(':not([aria-disabled])')).dblclick();
  await alice.says('hears', 'Caller hears you');
  await alice.choose('bob');
  await twice('consult');
  await bob.answer('consulting');
  await alice.inCall('consulting');
  for (const [name, state] of [['swap', 'swapped'], ['join', 'three-way'], ['complete', '']]) {
    await twice(name);
    if (state) await alice.inCall(state);
  }
  await alice.screen('ended');
  await bob.inCall('talking');
  assert.deepEqual([...sent.values()], ['hold', 'resume', 'consult', 'swap', 'join', 'complete']);
  const legs = (await s.stack.calls(false)).filter((c) => c.to === 'client:bob' && c.status === 'in-progress');
  assert.equal(legs.length, 1);
  await bob.at('end').dblclick();
  await bob.at('confirm-end').dblclick();
  await bob.screen('ended');
});
