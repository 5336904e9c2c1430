// One desk: offers that nobody answers, other tabs, the microphone, tokens, a server that cannot be reached.
import assert from 'node:assert/strict';
import { launch } from './browser.mjs';
import { stage } from './scene.mjs';
import { patience, until } from './wait.mjs';

const scenario = stage();
const callerTone = 500;
const api = /\/(agents|transfer|token)(\/|$)/;
const repaired = 2 * patience; // repair of an offer whose end was not reported: the ring, and two music turns

/** lives makes the voice token's lifetime short for the page; the result counts the tokens given out. */
async function lives(page, seconds) {
  const given = { count: 0, seconds };
  await page.route('**/token', async (route) => {
    if (!given.seconds) return route.abort();
    const answer = await route.fetch();
    const token = await answer.json();
    given.count++;
    return route.fulfill({ response: answer,
      json: { ...token, expiresAt: new Date(Date.now() + given.seconds * 1000).toISOString() } });
  });
  return given;
}

scenario('F017 an agent lets it ring: the next one rings, and after the second time the agent is Away', async (s) => {
  const [alice, bob] = await Promise.all([s.agent('alice'), s.agent('bob', { online: false })]);
  const first = await s.stack.dial();
  await alice.screen('ringing');
  await bob.goOnline();
  await bob.screen('ringing', repaired);
  await alice.screen('idle');
  await alice.told('notice', '+1 212 555 0199: you missed the call.'); // F192
  await bob.press('answer');
  await bob.inCall('talking');
  await bob.hears({ tones: [callerTone] });
  const second = await s.stack.dial('+12125550198');
  await alice.screen('ringing');
  await alice.says('screen-idle', 'You were set Away because calls rang here without an answer.', repaired);
  await alice.look('away');
  for (const sid of [first, second]) await s.stack.does(sid, 'hangup');
});

scenario('F059 Bob does not answer: the caller is back with Alice, who is told', async (s) => {
  const { alice, bob, caller } = await s.pair();
  await alice.consult('bob');
  await Promise.all([bob.screen('ringing'), alice.inCall('consult-ringing'), s.stack.hears(caller, ['music'])]);
  await alice.inCall('talking');
  await alice.says('target', 'Bob did not answer.');
  await alice.hears({ tones: [callerTone] });
  await bob.screen('idle');
}, { deep: true });

scenario('F031 two browsers of one agent ring: the first answer wins, the other stops', async (s) => {
  const [here, there] = await s.agents('alice', 'alice');
  const caller = await s.stack.dial();
  await Promise.all([here.screen('ringing'), there.screen('ringing')]);
  await there.press('answer');
  await there.inCall('talking');
  await here.at('screen-ringing').waitFor({ state: 'detached' });
  await here.told('notice', 'answered by you on another page.'); // F192
  await there.hears({ tones: [callerTone] });
  assert.equal((await s.stack.calls()).filter((c) => c.to === 'client:alice' && c.status === 'in-progress').length, 1);
  await s.stack.does(caller, 'hangup');
});

scenario('two tabs of one agent: the newest takes the calls, the old one says so', async (s) => {
  const old = await s.agent('alice');
  const tab = await s.agent('alice', { page: await old.page.context().newPage(), online: false, first: 'other-tab' });
  await tab.press('use-this-tab');
  await tab.ready();
  await old.screen('other-tab');
  await old.look('other-tab', '');
  await s.talking(tab);
  await tab.hears({ tones: [callerTone] });
  await old.says('screen-other-tab', 'You are in a call there');
  await tab.end();
  await tab.screen('ended');
  await tab.press('dismiss-ended');
  await old.press('use-this-tab');
  await old.ready();
  await tab.screen('other-tab');
});

scenario('F038 F053 the server is away, or newer than the page: the call goes on, the verbs say why', async (s) => {
  const { alice, caller } = await s.pair();
  await alice.hears({ tones: [callerTone] });
  await alice.choose('bob');
  await alice.page.route(api, (route) => route.abort());
  await alice.says('banner-api-down', 'Your call goes on');
  await alice.page.locator('[data-test=consult][aria-disabled=true]').waitFor();
  await alice.page.locator('#tip-consult').filter({ hasText: 'The server cannot be reached' }).waitFor({ state: 'attached' });
  await alice.look('api-down', '');
  await alice.hears({ tones: [callerTone] });
  await alice.page.unroute(api);
  await alice.at('banner-api-down').waitFor({ state: 'detached' });
  await alice.page.route('**/transfer',
    (route) => route.fulfill({ status: 426, contentType: 'application/problem+json',
      body: '{"type":"about:blank#old-page"}' }));
  await alice.press('hold');
  await alice.told('refusal', 'This page is out of date. Reload it after the call.');
  await alice.page.unroute('**/transfer');
  await alice.press('hold');
  await s.stack.hears(caller, ['music']);
  await alice.says('hears', 'Caller hears music');
  await alice.look('on-hold');
});

scenario('F038 answered, and the page is told nothing: it does not claim to know, and the agent gets out',
  async (s) => {
  const alice = await s.agent('alice');
  const caller = await s.stack.dial();
  await alice.screen('ringing');
  await s.stack.fault({ kind: 'rest', match: { event: 'CreateUserDefinedMessage' }, do: 'fail', status: 500 });
  await alice.page.route(api, (route) => route.abort());
  await alice.press('answer');
  await alice.says('screen-connecting', 'Caller may hear you');
  await alice.hears({ tones: [callerTone] });
  await alice.look('connecting-late', '');
  await alice.press('hang-up');
  await s.stack.hears(caller, ['music']);
  await s.stack.ask('DELETE', '/control/faults');
  await alice.page.unroute(api);
  await alice.answer(); // the caller is reserved for Alice
  await alice.hears({ tones: [callerTone] });
});

scenario('F187 F188 the server is away in a talk and in a consult: the page says since when, and lets the agent out',
  async (s) => {
  const { alice, bob, caller } = await s.pair();
  await alice.page.route(api, (route) => route.abort());
  await alice.says('banner-api-down', 'You can hang up');
  await alice.says('hears', /Caller heard you at \d\d:\d\d/);
  await alice.says('you', 'Nothing newer is known');
  await alice.says('line', 'Waiting line not known');
  await alice.told('said-polite', 'The caller heard you at');
  await alice.told('said-urgent', 'The server cannot be reached');
  await alice.look('server-away', '');
  await alice.press('hang-up');
  await alice.press('confirm-hang-up');
  await alice.says('screen-ended', 'what became of the call is not known yet');
  await alice.page.unroute(api);
  await until('one of them to be rung', async () => (await alice.at('screen-ringing').isVisible())
    || bob.at('screen-ringing').isVisible());
  const [first, second] = await alice.at('screen-ringing').isVisible() ? [alice, bob] : [bob, alice];
  await first.answer();
  await first.hears({ tones: [callerTone] });
  await first.consult(second.id);
  await second.answer('consulting');
  await first.inCall('consulting');
  await first.page.route(api, (route) => route.abort());
  await first.says('banner-api-down', 'You can hang up');
  await first.page.locator('[data-test=leave]:not([aria-disabled])').waitFor();
  await first.press('leave');
  await second.inCall('talking');
  await second.hears({ tones: [callerTone] });
  await first.page.unroute(api);
  await s.stack.does(caller, 'hangup');
}, { deep: true });

scenario('F188 the server does not answer a press: the end of the call waits for nothing', async (s) => {
  const alice = await s.agent('alice');
  const caller = await s.talking(alice);
  const held = [];
  await alice.page.route('**/transfer',
    (route) => (route.request().postDataJSON().action === 'hold' ? held.push(route) : route.continue()));
  await alice.press('hold');
  await alice.page.locator('[data-test=hold][aria-busy=true]').waitFor();
  await alice.end();
  await alice.screen('ended');
  assert.equal(held.length, 1);
  await until('the caller to be let go', async () => !(await s.stack.calls()).some((c) => c.sid === caller));
});

scenario('F040 the token runs out, idle and in a call: another comes in time', async (s) => {
  const page = await s.page();
  const given = await lives(page, 8);
  const alice = await s.agent('alice', { page });
  await until('a second token', () => given.count >= 2);
  await alice.ready();
  await s.talking(alice);
  const before = given.count;
  await until('another token in the call', () => given.count > before);
  await alice.hears({ tones: [callerTone] });
  await alice.inCall('talking');
  assert.equal(await alice.page.locator('[data-test^=banner-]').count(), 0, 'no banner');
});

scenario('F041 no other token is to be had: first a banner, then Offline', async (s) => {
  const page = await s.page();
  const given = await lives(page, 12);
  const alice = await s.agent('alice', { page });
  given.seconds = 0;
  await alice.told('banner-token-failing', 'The phone line could not be renewed');
  await alice.screen('offline');
  await alice.says('screen-offline', "The phone line's pass has run out.");
  await until('nobody to be offered', async () => {
    const { agents } = await s.stack.as('bob', 'GET', '/agents');
    return agents.find((a) => a.id === 'alice').presence !== 'available';
  });
  given.seconds = 3600;
  await alice.goOnline();
});

scenario('F043 the microphone is denied or absent: steps, and no call is offered', async (s) => {
  const shut = await launch(['--use-fake-ui-for-media-stream=deny']);
  try {
    const alice = await s.agent('alice', { browser: shut, online: false });
    await alice.press('go-online');
    await alice.screen('microphone-help');
    await alice.says('screen-microphone-help', 'Callers could not hear you');
    assert.ok(await alice.page.locator('.steps li').count() > 1, 'steps for this browser');
    await alice.look('microphone-help');
    const caller = await s.stack.dial();
    await s.stack.hears(caller, ['music']);
    assert.deepEqual((await s.stack.calls()).map((c) => c.to).filter((to) => to === 'client:alice'), []);
    await alice.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
    });
    await alice.press('try-microphone');
    await alice.says('screen-microphone-help', 'No microphone found');
  } finally {
    await shut.close();
  }
});

scenario('F047 out of the back/forward cache: the device comes back by itself', async (s) => {
  const alice = await s.agent('alice');
  // Chromium does not put a page with a lock into that cache, so the test sends the events that Safari and Firefox
  // send.
  await alice.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  await until('the server to know', async () => (await s.stack.as('alice', 'GET',
    '/agents/me')).agent.status === 'away');
  await alice.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await alice.ready();
  await s.talking(alice);
  await alice.hears({ tones: [callerTone] });
});

/** unpluggable lets a test remove a microphone: it leaves the list, and its open tracks become silent. */
function unpluggable() {
  const media = navigator.mediaDevices;
  const open = media.getUserMedia.bind(media);
  const list = media.enumerateDevices.bind(media);
  const tracks = [];
  let gone = '';
  media.enumerateDevices = async () => (await list()).filter((d) => d.deviceId !== gone);
  media.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    tracks.push(...stream.getAudioTracks());
    return stream;
  };
  window.unplug = (id) => {
    gone = id;
    for (const track of tracks) if (track.getSettings().deviceId === id) track.stop();
    media.dispatchEvent(new Event('devicechange'));
  };
}

scenario('F044 the headset is pulled out in a call: the default microphone takes over', async (s) => {
  const page = await s.page();
  await page.addInitScript(unpluggable);
  const [alice, phone] = await Promise.all([s.agent('alice', { page }), s.phone()]);
  await phone.dial();
  await alice.answer();
  await alice.press('sound');
  const microphones = alice.at('choose-input');
  const headset = await microphones.locator('option').last().getAttribute('value');
  assert.ok(headset, 'a microphone beside the default');
  await microphones.selectOption(headset);
  await alice.press('close-dialog');
  await phone.hears({ beeps: true });
  await page.evaluate((id) => window.unplug(id), headset);
  await alice.told('notice', 'A sound device has gone.');
  await alice.inCall('talking');
  await phone.hears({ beeps: true });
});
