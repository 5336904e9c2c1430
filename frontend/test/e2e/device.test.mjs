// What the desk is on: other browsers and tabs of the same agent, voice tokens, the microphone.
import assert from 'node:assert/strict';
import { launch } from './browser.mjs';
import { stage } from './scene.mjs';
import { until } from './wait.mjs';

const scenario = stage();
const callerTone = 500;

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
}, { deep: true });

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
}, { deep: true });

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
