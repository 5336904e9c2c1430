// Pages that crash, reload or sleep during a call: the caller is never lost.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';
import { patience } from './wait.mjs';

const scenario = stage();
const callerTone = 500;
const noticed = 2 * patience; // it takes up to 35 s to notice a leg whose page has crashed

scenario('F032 reload in a call: the caller gets music, the page a way back to the caller', async (s) => {
  const alice = await s.agent('alice');
  const caller = await s.talking(alice);
  await alice.page.reload();
  await s.stack.keeps(caller);
  await alice.screen('rejoin');
  await alice.says('screen-rejoin', 'loaded again in the middle of a call');
  await alice.look('rejoin');
  await alice.press('rejoin');
  await alice.inCall('talking'); // one press is enough: the page answers the ring that follows
  await alice.hears({ tones: [callerTone] });
});

scenario('F091 Alice reloads while Bob rings, who does not answer: the caller comes back to Alice', async (s) => {
  const { alice, bob, caller } = await s.pair();
  await alice.consult('bob');
  await bob.screen('ringing');
  await alice.page.reload();
  await s.stack.keeps(caller);
  await alice.screen('rejoin');
  await alice.press('rejoin');
  await alice.inCall('talking', noticed);
  await alice.hears({ tones: [callerTone] });
  await bob.screen('idle');
}, { deep: true });

scenario('F020 a page dies while it rings: the next agent is rung', async (s) => {
  const [alice, bob] = await Promise.all([s.agent('alice'), s.agent('bob', { online: false })]);
  await s.stack.dial();
  await alice.screen('ringing');
  await bob.goOnline();
  await alice.crash();
  await bob.screen('ringing', noticed);
  await bob.press('answer');
  await bob.inCall('talking');
  await bob.hears({ tones: [callerTone] });
}, { deep: true });

scenario('F067 the page of Alice dies while Bob rings: Bob answers and has the caller', async (s) => {
  const { alice, bob } = await s.pair();
  await alice.consult('bob');
  await bob.screen('ringing');
  await alice.crash();
  await bob.press('answer');
  await bob.inCall('talking', noticed);
  await bob.hears({ tones: [callerTone] });
}, { deep: true });

scenario('F071 the page of Bob dies in the private talk: the caller is back with Alice', async (s) => {
  const { alice, bob } = await s.consulting();
  await bob.crash();
  await alice.inCall('talking', noticed);
  await alice.hears({ tones: [callerTone], beeps: false });
  await alice.says('target', 'Bob left the call.');
}, { deep: true });

/**
 * hides makes a page believe that it is hidden, because headless Chromium shows all pages. Its own timers wait a full
 * minute, as Chromium's do in a tab that has been hidden for long; a worker's do not.
 */
function hides() {
  let hidden = false;
  window.hide = () => {
    hidden = true;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  Object.defineProperty(document, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') });
  Object.defineProperty(document, 'hidden', { get: () => hidden });
  const native = { setTimeout: window.setTimeout, setInterval: window.setInterval };
  const held = (act) => (...args) => (hidden
    ? native.setTimeout.call(window, act, 60_000 - (Date.now() % 60_000), ...args)
    : act(...args));
  for (const name of Object.keys(native)) {
    window[name] = (act, ms, ...args) => native[name].call(window, typeof act === 'function' ? held(act) : act, ms,
      ...args);
  }
}

scenario('F049 in a hidden tab, with timers held back, the desk goes on beating', async (s) => {
  const page = await s.page();
  await page.addInitScript(hides);
  const alice = await s.agent('alice', { page });
  await page.evaluate(() => window.hide());
  const seen = [];
  for (const began = Date.now(); Date.now() - began < 35_000;) {
    const { agents, at } = await s.stack.as('bob', 'GET', '/agents');
    const entry = agents.find((a) => a.id === 'alice');
    assert.equal(entry.presence, 'available', `after ${Date.now() - began} ms`);
    seen.push(Date.parse(at) - Date.parse(entry.seen));
    await new Promise((done) => setTimeout(done, 1000));
  }
  assert.ok(Math.max(...seen) > 4000, `the page's timers are held back: ${seen}`);
  assert.ok(Math.max(...seen) < 15_000, `the heartbeats go on: ${seen}`);
  await s.stack.dial();
  await alice.screen('ringing');
}, { deep: true });
