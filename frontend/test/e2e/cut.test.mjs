// Alice's network is cut: the wire between the browser and the stack carries nothing, and neither side gets an error.
import assert from 'node:assert/strict';
import { launch } from './browser.mjs';
import { stage } from './scene.mjs';
import { patience, until } from './wait.mjs';
import { lay } from './wire.mjs';

const callerTone = 500;
const noticed = 2 * patience; // it takes up to 35 s to notice a leg whose network is gone
const scenario = stage({
  before: async (here) => {
    here.wire = await lay(here.stack.api, here.stack.control);
    here.wired = await launch(here.wire.flags);
  },
  after: async (here) => {
    await here.wired?.close();
    here.wire?.close();
  },
});

/** far is an agent behind the wire. */
async function far(s, id) {
  s.wire.mend();
  const page = await s.page({}, s.wired);
  await page.context().exposeFunction('mediaAt', (port) => s.wire.mediaAt(port));
  return s.agent(id, { page });
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

scenario('F035 eight seconds without a network: the call is kept', async (s) => {
  const alice = await far(s, 'alice');
  const caller = await s.talking(alice);
  await alice.hears({ tones: [callerTone] });
  const leg = await s.stack.leg('alice', 'in-progress');
  const began = Date.now();
  s.wire.cut();
  await alice.hears({ silence: true });
  await alice.page.locator('.banner.bad').waitFor();
  await wait(Math.max(0, 8000 - (Date.now() - began)));
  s.wire.mend();
  await alice.hears({ tones: [callerTone] });
  await until('the banners to go', async () => (await alice.page.locator('[data-test^=banner-]').count()) === 0);
  await alice.inCall('talking');
  assert.equal((await s.stack.call(leg)).status, 'in-progress', 'the same leg');
  await s.stack.hears(caller, [`leg:${leg}`]);
}, { deep: true });

scenario('F034 sixty seconds without a network: Bob gets the caller, and Alice is told the truth', async (s) => {
  const [alice, bob] = await Promise.all([far(s, 'alice'), s.agent('bob', { online: false })]);
  const caller = await s.talking(alice);
  await bob.goOnline();
  const leg = await s.stack.leg('alice', 'in-progress');
  const began = Date.now();
  s.wire.cut();
  await alice.page.locator('.banner.bad').waitFor();
  await alice.look('reconnecting', '');
  await s.stack.over(leg, noticed);
  await s.stack.keeps(caller);
  await bob.screen('ringing', noticed);
  await bob.press('answer');
  await bob.inCall('talking');
  await bob.hears({ tones: [callerTone] });
  await wait(Math.max(0, 60_000 - (Date.now() - began)));
  s.wire.mend();
  await until('the page of Alice to have no call',
    async () => (await alice.page.locator('[data-test=screen-in-call], [data-test=screen-ringing]').count()) === 0);
  await until('the banners to go', async () => (await alice.page.locator('[data-test^=banner-]').count()) === 0,
    { ms: noticed });
  await bob.inCall('talking');
  await bob.hears({ tones: [callerTone] });
}, { timeout: 180_000, deep: true });

scenario('F037 the phone network is blocked and the server is not: no offers until it is back', async (s) => {
  const alice = await far(s, 'alice');
  s.wire.refuse(s.stack.control);
  await alice.says('banner-line-lost', 'Phone line lost since');
  await alice.look('line-lost', '');
  await until('the server to know', async () => (await s.stack.as('alice', 'GET',
    '/agents/me')).agent.presence !== 'available');
  const caller = await s.stack.dial();
  await s.stack.hears(caller, ['music']);
  assert.deepEqual((await s.stack.calls()).map((c) => c.to).filter((to) => to === 'client:alice'), []);
  s.wire.mend();
  await alice.answer();
  await alice.hears({ tones: [callerTone] });
}, { deep: true });

scenario('F046 F187 nothing is heard: a warning, and a fresh leg cures it', async (s) => {
  const alice = await far(s, 'alice');
  await s.talking(alice);
  await alice.hears({ tones: [callerTone] });
  s.wire.sound = 'deaf';
  await alice.says('banner-one-way', 'Nothing is heard from the other side');
  await alice.says('hears', 'Caller may not hear you');
  await alice.says('quality', 'Nothing is heard from the other side');
  s.wire.sound = 'open';
  await alice.press('renew-leg');
  await alice.at('banner-one-way').waitFor({ state: 'detached' });
  await alice.inCall('talking');
  await alice.hears({ tones: [callerTone] });
});

/** claims are the sentences of a page that claim that somebody hears or is heard now, or that a connection works. */
function claims() {
  const all = [...document.querySelectorAll('.hears, .you, .group-label, .quality, .banner, .presence, .waiting-line, [data-test^=said-]')];
  const told = all.filter((e) => e.checkVisibility()
    || e.dataset.test?.startsWith('said')).map((e) => e.textContent.replace(/\s+/g, ' ').trim());
  return told.filter((t) => /caller hears|hear each other$|hears music|is being rung|good|connected to|nobody waiting/i.test(t) && !/may (not|still) hear/i.test(t));
}

scenario('F187 F188 the whole network is cut in a talk: nothing is claimed, and hanging up works', async (s) => {
  const alice = await far(s, 'alice');
  const caller = await s.talking(alice);
  await alice.hears({ tones: [callerTone] });
  await wait(5000); // the SDK measures the media of a call after this time
  s.wire.cut();
  await alice.says('hears', 'Caller may not hear you');
  await alice.says('banner-no-connection', 'neither to the server nor to the phone network', noticed);
  await alice.says('hears', /Caller heard you at \d\d:\d\d/);
  assert.deepEqual(await alice.page.evaluate(claims), []);
  assert.equal(await alice.page.locator('.banner').count(), 1, 'one banner');
  await alice.look('no-connection', '');
  await alice.press('hang-up');
  await alice.page.locator('dialog').filter({ hasText: 'The caller stays on the line, hears music and is put through again' }).waitFor();
  await alice.look('confirm-hang-up', '');
  await alice.press('confirm-hang-up');
  await alice.says('screen-ended', 'what became of the call is not known yet');
  s.wire.mend();
  await s.stack.keeps(caller, noticed);
  await alice.screen('ringing', noticed);
  await alice.press('answer');
  await alice.inCall('talking');
  await alice.hears({ tones: [callerTone] });
}, { timeout: 240_000, deep: true });

scenario('F187 only the signalling is away in a talk: the sound goes on, and so does what is said of it',
  async (s) => {
  const alice = await far(s, 'alice');
  await s.talking(alice);
  await alice.hears({ tones: [callerTone] });
  s.wire.refuse(s.stack.control);
  await alice.says('banner-reconnecting', 'You may still hear each other');
  await alice.says('hears', 'Caller hears you');
  await alice.says('quality', 'Good sound');
  await alice.hears({ tones: [callerTone] });
  await alice.press('end'); // the server ends it, without Alice's device
  await alice.press('confirm-end');
  await until('the call to be over', async () => (await s.stack.calls()).length === 0);
  s.wire.mend();
  await alice.screen('ended', noticed);
}, { deep: true });
