// Layout: nothing moves under a finger, and no tip covers the description of the call. Also what the page says after a
// call, and to the target.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';
import { until } from './wait.mjs';

const scenario = stage({ settings: { RingSeconds: 45, WrapUpSeconds: 20 } });
const callerTone = 500;

/** boxes are the places of all controls on the page, by name. */
function boxes() {
  const controls = [...document.querySelectorAll('header button, main button, aside button, aside input, aside textarea')];
  return Object.fromEntries(controls.filter((e) => e.dataset.test && !e.closest('.keypad')
    && e.checkVisibility()).map((e) => {
    const { x, y, width, height } = e.getBoundingClientRect();
    return [e.dataset.test === 'resume' ? 'hold' : e.dataset.test,
      [x + window.scrollX, y + window.scrollY, width, height].map((n) => Math.round(n * 10) / 10).join(' ')];
  }));
}

/** hidden are the states and controls that a shown tip covers. */
function hidden() {
  const [tip] = [...document.querySelectorAll('.tip')].filter((e) => getComputedStyle(e).visibility === 'visible');
  if (!tip) return ['there is no tip'];
  const a = tip.getBoundingClientRect();
  const over = (b) => a.left < b.right - 0.5 && a.right > b.left + 0.5 && a.top < b.bottom - 0.5
    && a.bottom > b.top + 0.5;
  const state = '.chip, .timers, .caller, .hears, .you, .overdue, .group, .quality, .target, .note-sent, .note, .banner p, .waiting-line, .presence, .field, main button, .person';
  return [...document.querySelectorAll(state)].filter((e) => e.checkVisibility()
    && over(e.getBoundingClientRect())).map((e) => e.dataset.test || e.className);
}

for (const width of [1200, 400]) {
  scenario(`F189 at ${width} px mute, hold, keypad, notices and a longer line move no control, and tips hide nothing`,
    async (s) => {
    const [alice, bob] = await Promise.all([s.agent('alice',
      { page: await s.page({ viewport: { width, height: 800 } }) }), s.agent('bob', { online: false })]);
    const caller = await s.talking(alice);
    await bob.goOnline();
    await alice.page.locator('[data-test="target-bob"]:not([aria-disabled])').waitFor();
    const before = await alice.page.evaluate(boxes);
    const still = async (what) => {
      await alice.at('overdue').waitFor({ state: 'detached' }); // a slow machine may be late, which has a line of its own
      assert.deepEqual(await alice.page.evaluate(boxes), before, `after ${what}`);
    };
    for (const name of ['mute', 'hold', 'keypad', 'leave', 'end', 'consult', 'swap', 'cancel']) {
      assert.ok(before[name], `${name} is there`);
    }

    await alice.press('mute');
    await alice.says('hears', 'Caller hears silence');
    await still('mute');
    await alice.press('hold');
    await alice.says('hears', 'Caller hears music');
    await still('hold');
    await alice.press('mute');
    await still('unmute');
    await alice.press('resume');
    await alice.says('hears', 'Caller hears you');
    await still('resume');
    await alice.press('keypad');
    await alice.at('key-5').waitFor();
    await still('the keypad');
    await alice.page.keyboard.press('Escape');
    await alice.press('keypad');
    await alice.at('key-5').waitFor({ state: 'detached' });
    await alice.press('diagnostics');
    await alice.at('notice').waitFor();
    await still('a notice');
    await alice.page.route('**/transfer',
      (route) => route.fulfill({ status: 409, contentType: 'application/problem+json',
        body: '{"type":"about:blank#conflict"}' }));
    await alice.press('hold');
    await alice.at('refusal').waitFor();
    await still('a refusal');
    await alice.page.unroute('**/transfer');
    await alice.page.locator('[data-test=refusal] .close').click();
    const second = await s.stack.dial('+12125550198');
    await alice.at('line').filter({ hasText: /waiting/ }).waitFor();
    await still('a caller who waits');
    await s.stack.does(second, 'hangup');
    await bob.at('status-away').click();

    await alice.at('note-field').fill('x'.repeat(190));
    await still('a long note');
    await alice.at('note-field').fill('Asks for a refund');
    for (const name of ['mute', 'hold', 'leave', 'end', 'swap', 'join', 'complete', 'cancel', 'consult', 'add']) {
      await alice.page.mouse.move(0, 0);
      await alice.at(name).hover();
      await alice.page.locator(`#tip-${name}`).waitFor();
      assert.deepEqual(await alice.page.evaluate(hidden), [], `the tip of ${name}`);
      await still(`the tip of ${name}`);
    }
    await s.stack.does(caller, 'hangup');
  }, { timeout: 180_000 });
}

scenario('F189 the tips of what rings do not hide the note', async (s) => {
  const { alice, bob } = await s.pair();
  await alice.consult('bob', 'Asks for a refund of order 1042');
  await bob.screen('ringing');
  for (const name of ['answer', 'reject']) {
    await bob.at(name).hover();
    if (name === 'answer') continue;
    await bob.page.locator(`#tip-${name}`).waitFor();
    assert.deepEqual(await bob.page.evaluate(hidden), [], `the tip of ${name}`);
  }
  await bob.press('reject');
});

scenario('F190 after a call: the automatic wrap-up counts down, and a chosen one says what it is', async (s) => {
  const alice = await s.agent('alice');
  const first = await s.talking(alice);
  await s.stack.does(first, 'hangup');
  await alice.screen('ended');
  await alice.says('rest-left', /0:(1\d|20)/);
  assert.doesNotMatch(await alice.at('screen-ended').innerText(), /may ring at once/);
  await alice.says('said-polite', /You are in wrap-up. Calls ring here again in 1\d seconds/).catch(async (e) => {
    throw new Error(`${e.message}\nsaid: ${await alice.at('said-polite').textContent()}`);
  });
  assert.match(await alice.page.locator('.presence').innerText(), /Wrap-up\s+0:0\d/,
    'the time in this state, and not in the status');
  await alice.look('wrap-up-ended', '');
  await alice.press('dismiss-ended');
  await alice.says('screen-idle', 'A moment for your notes');
  await alice.look('wrap-up', '');
  await alice.press('wrap-up');
  await alice.says('screen-idle', 'Wrapping up');
  await alice.says('said-polite', 'You are in wrap-up. No calls ring here until you are available again.');
  await until('the server to know', async () => (await s.stack.as('alice', 'GET',
    '/agents/me')).agent.status === 'wrap-up');
  await alice.press('take-calls');
  await alice.ready();
  const second = await s.talking(alice);
  await s.stack.does(second, 'hangup');
  await alice.screen('ended');
  await alice.says('screen-ended', 'The next call may ring at once.'); // the twenty seconds are over
  await alice.says('said-polite', 'The wrap-up is over. Calls ring here again.');
});

scenario('F193 the page speaks to the target, and shows what they may do', async (s) => {
  const { alice, bob } = await s.pair();
  await alice.consult('bob', 'Asks for a refund');
  await bob.answer('consulting');
  const shows = async () => (await bob.page.locator('main [data-test]').evaluateAll((all) => all.filter((e) => e.tagName === 'BUTTON').map((e) => e.dataset.test)));
  await bob.says('target', 'You are on the line with Alice');
  await bob.says('screen-in-call', 'Note from Alice: Asks for a refund');
  assert.deepEqual(await shows(), ['mute', 'keypad', 'leave']);
  assert.equal(await bob.page.locator('aside input[type=radio], [data-test=consult]').count(), 0);
  assert.doesNotMatch(await bob.page.locator('main').innerText(), /Bob/, 'nobody is told their own name');
  await alice.press('swap');
  await bob.inCall('swapped');
  await bob.says('target', 'Alice talks with the caller');
  assert.deepEqual(await shows(), ['mute', 'keypad', 'leave']);
  await alice.press('join');
  await bob.inCall('three-way');
  await bob.says('target', 'You are on the line with Alice and the caller');
  assert.deepEqual(await shows(), ['mute', 'keypad', 'leave']);
  await alice.press('complete');
  await bob.inCall('talking');
  await bob.hears({ tones: [callerTone] });
  assert.deepEqual(await shows(), ['mute', 'hold', 'keypad', 'swap', 'join', 'complete', 'cancel', 'leave', 'end']);
});

scenario('a page that is loaded draws no ring round its title, and *End call?* names no button that is grey',
  async (s) => {
  const alice = await s.agent('alice');
  await alice.page.reload();
  await alice.screen('offline');
  assert.equal(await alice.page.evaluate(() => document.activeElement?.id ?? ''), '');
  await alice.goOnline();
  await s.talking(alice);
  await alice.press('end');
  const dialog = alice.page.locator('dialog');
  await dialog.filter({ hasText: 'bring one in first' }).waitFor();
  assert.doesNotMatch(await dialog.innerText(), /Leave/);
  await alice.press('confirm-end');
  await alice.screen('ended');
});
