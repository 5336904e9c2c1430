// Layout: nothing moves under a finger, and no tip covers the description of the call. Also what the page says after a
// call, and to the target.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';
import { until } from './wait.mjs';

// The wrap-up is longer than a scenario may take: its agent ends it, so no machine is too slow to see it.
const wrapUp = 590;
const scenario = stage({ settings: { RingSeconds: 120, WrapUpSeconds: wrapUp } });
const callerTone = 500;

/** boxes are the places of all controls on the page, by name; with a name, in the moment when that is shown. */
async function boxes(name = '') {
  const shown = () => !name || document.querySelector(`[data-test=${name}]`)?.checkVisibility();
  while (!shown()) await new Promise((done) => requestAnimationFrame(done));
  // A place on the page, or in the window for what is fixed there.
  const bar = '.ways, .controls > .mute';
  const fixed = (e) => e.closest(bar) && getComputedStyle(e.closest(bar)).position === 'fixed';
  const controls = [...document.querySelectorAll(':is(header, main) :is(button, input, textarea), [role=tab]')];
  return Object.fromEntries(controls.filter((e) => e.dataset.test && !e.closest('.keypad')
    && e.checkVisibility()).map((e) => {
    const { x, y, width, height } = e.getBoundingClientRect();
    return [e.dataset.test === 'resume' ? 'hold' : e.dataset.test,
      [x + (fixed(e) ? 0 : window.scrollX), y + (fixed(e) ? 0 : window.scrollY), width, height].map((n) => Math.round(n * 10) / 10).join(' ')];
  }));
}

/** hidden are the states and controls that a shown tip covers. */
function hidden() {
  const [tip] = [...document.querySelectorAll('.tip')].filter((e) => getComputedStyle(e).visibility === 'visible');
  if (!tip) return ['there is no tip'];
  const a = tip.getBoundingClientRect();
  const over = (b) => a.left < b.right - 0.5 && a.right > b.left + 0.5 && a.top < b.bottom - 0.5
    && a.bottom > b.top + 0.5;
  const bars = [...document.querySelectorAll('.ways, .controls > .mute')].filter((e) => getComputedStyle(e).position === 'fixed');
  // The bar of a narrow window and its tips lie over what is behind them, which can be scrolled.
  const ofBar = bars.some((b) => b.contains(tip));
  const above = (e) => bars.some((b) => b.contains(e)) !== ofBar;
  const state = '.chip, .timers, .caller, .hears, .you, .overdue, .group, .quality, .target, .note-sent, .note, .banner p, .waiting-line, .presence, .field, main button, .person';
  return [...document.querySelectorAll(state)].filter((e) => e.checkVisibility()
    && !above(e) && over(e.getBoundingClientRect())).map((e) => e.dataset.test || e.className);
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
    const still = async (what) => assert.deepEqual(await alice.page.evaluate(boxes), before, `after ${what}`);
    /** with is still, while something is shown that does not stay, and that `act` brings about. */
    const stillWith = async (name, act) => {
      const [moved] = await Promise.all([alice.page.evaluate(boxes, name), act()]);
      assert.deepEqual(moved, before, `with ${name}`);
    };
    for (const name of ['mute', 'hold', 'keypad', 'leave', 'end', 'consult', 'swap', 'cancel']) {
      assert.ok(before[name], `${name} is there`);
    }

    await alice.press('mute');
    await alice.says('hears', 'Caller hears silence');
    await still('mute');
    await s.stack.fault({ kind: 'rest', match: { event: 'UpdateParticipant' }, do: 'fail', status: 500 });
    await stillWith('overdue', () => alice.press('hold'));
    await alice.says('overdue', 'Not done yet');
    await alice.at('mute').hover();
    await alice.page.locator('#tip-mute').waitFor();
    assert.deepEqual(await alice.page.evaluate(hidden), [], 'the tip of mute');
    await s.stack.ask('DELETE', '/control/faults');
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
    await stillWith('notice', () => alice.press('diagnostics'));
    await alice.page.route(/\/transfer\?call=/,
      (route) => route.fulfill({ status: 409, contentType: 'application/problem+json',
        body: '{"type":"about:blank#conflict"}' }));
    await stillWith('refusal', () => alice.press('hold'));
    await alice.page.unroute(/\/transfer\?call=/);
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
  }, { timeout: 180_000, deep: width === 400 });
}

for (const width of [1200, 400]) {
  scenario(`F189 at ${width} px no step of a transfer moves a control, not even one that is not done yet`, async (s) => {
    const [alice, bob] = await Promise.all([s.agent('alice',
      { page: await s.page({ viewport: { width, height: 800 } }) }), s.agent('bob', { online: false })]);
    await s.talking(alice);
    await bob.goOnline();
    await alice.choose('bob');
    await alice.at('note-field').fill(`Asks for a refund of order ${'1042 '.repeat(30)}`);
    const before = await alice.page.evaluate(boxes);
    const still = async (what) => assert.deepEqual(await alice.page.evaluate(boxes), before, what);
    await alice.press('consult');
    await bob.screen('ringing');
    await alice.inCall('consult-ringing');
    await still('Bob is rung');
    await bob.answer('consulting');
    await alice.says('you', 'You and Bob talk privately');
    await still('in private');
    if (width === 400) {
      await alice.at('transfer').evaluate((e) => e.scrollIntoView());
      await alice.picture('narrow', { fullPage: false });
    }
    await s.stack.fault({ kind: 'rest', match: { event: 'UpdateParticipant' }, do: 'fail', status: 500 });
    const [moved] = await Promise.all([alice.page.evaluate(boxes, 'overdue'), alice.press('swap')]);
    assert.deepEqual(moved, before, 'with overdue');
    await s.stack.ask('DELETE', '/control/faults');
    await alice.at('overdue').waitFor({ state: 'detached' });
    await alice.says('you', 'Bob hears music');
    await still('swapped');
    await alice.press('join');
    await alice.says('you', 'All three hear each other');
    await still('all three talk');
    await bob.press('leave');
    await alice.says('target', 'Bob left the call.');
    await still('Bob has left');
    await alice.page.route(/\/(agents|transfer|token)(\/|$)/, (route) => route.abort());
    const [away] = await Promise.all([alice.page.evaluate(boxes, 'banner-api-down'),
      alice.says('you', 'Nothing newer is known')]);
    assert.deepEqual(Object.entries(away).filter(([name]) => ['mute', 'hold', 'keypad', 'swap', 'leave'].includes(name)),
      Object.entries(before).filter(([name]) => ['mute', 'hold', 'keypad', 'swap', 'leave'].includes(name)),
      'the server is away');
  }, { deep: true });
}

scenario('F189 what the page says of the sound, of who hears whom and of a target moves no control, in a window of any width', async (s) => {
  const alice = await s.agent('alice');
  const caller = await s.talking(alice);
  const quality = alice.at('quality');
  /** says puts a text into the place of another, as a change of the network or of the call does. */
  const says = (e, words) => {
    const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    for (let t = walker.nextNode(), left = words; t; t = walker.nextNode()) {
      if (t.data.trim()) [t.data, left] = [left, ''];
    }
  };
  const hears = alice.at('hears');
  for (const width of [360, 400, 561, 640, 701, 761, 800, 919, 920, 1000, 1159, 1160, 1200, 1600]) {
    await alice.page.setViewportSize({ width, height: 800 });
    await quality.evaluate(says, 'Good sound');
    await hears.evaluate(says, 'Caller hears you');
    const before = await alice.page.evaluate(boxes);
    assert.ok(before.mute && before.leave && before.swap);
    const numbers = (box) => box.split(' ').map(Number);
    /** still: what is left of a tenth of a pixel comes from rounding. */
    const still = async (what) => {
      const now = await alice.page.evaluate(boxes);
      assert.deepEqual(Object.keys(now), Object.keys(before));
      const moved = Object.keys(now).filter((name) => {
        const [was, is] = [numbers(before[name]), numbers(now[name])];
        return was.some((n, i) => Math.abs(n - is[i]) > 0.3);
      });
      assert.deepEqual(moved, [], `${width} px: ${what}`);
    };
    for (const words of ['Uneven connection: the sound may stutter', 'Your voice does not leave this computer',
      'No sound from your microphone: is it muted?', 'Poor sound quality']) {
      await quality.evaluate(says, words);
      await still(words);
    }
    for (const words of ['Caller heard you and Bob at 03:44', 'Caller heard you and Dora Lindqvist-Hernández at 03:44']) {
      await hears.evaluate(says, words);
      await still(words);
    }
    for (const words of ['Bob declined the call: not the right topic.', 'Nobody else is in the call.',
      '+44 20 7946 0123 could not be reached: the phone network is out of order or too busy.']) {
      await alice.page.locator('.transfer .target').evaluate(says, words);
      await still(words);
    }
    const wide = await alice.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.equal(wide, false, `${width} px is wide enough`);
  }
  await s.stack.does(caller, 'hangup');
});

scenario('F189 two banners at once: both can be read, and neither moves a control', async (s) => {
  const [alice, erin] = await Promise.all([s.agent('alice'), s.agent('erin', { online: false })]);
  const caller = await s.talking(alice);
  const stays = async () => Object.entries(await alice.page.evaluate(boxes))
    .filter(([name]) => ['mute', 'hold', 'keypad', 'swap', 'join', 'complete', 'cancel', 'leave', 'status-available',
      'diagnostics'].includes(name));
  const before = await stays();
  assert.ok(before.length > 8, before.join(', '));
  await erin.goOnline();
  await erin.at('side-team').click();
  await erin.at(`team-listen-${caller}`).click();
  await alice.says('banner-supervisor', /listens to this call/);
  assert.deepEqual(await stays(), before, 'one banner');
  await alice.page.route(/\/(agents|transfer|token|calls|messages|push)(\/|$)/, (route) => route.abort());
  await alice.says('banner-api-down', 'You can hang up');
  assert.deepEqual(await stays(), before, 'two banners');
  const more = alice.at('more-banners');
  assert.equal((await more.locator('summary').innerText()).trim(), '1 more');
  await more.locator('summary').click();
  await more.locator('[data-test=banner-supervisor]').filter({ hasText: 'listens to this call' }).waitFor();
  assert.deepEqual(await stays(), before, 'both are read');
  await alice.look('two-banners', '');
  assert.equal(await alice.page.locator('.banners > .banner').count(), 1, 'one in the strip');
  await alice.page.unroute(/\/(agents|transfer|token|calls|messages|push)(\/|$)/);
  await alice.at('banner-api-down').waitFor({ state: 'detached' });
  assert.deepEqual(await stays(), before, 'one again');
  await s.stack.does(caller, 'hangup');
}, { deep: true });

scenario('F310 F311 at 400 px the bar covers nothing that has the focus, and no list, note or tab moves a control', async (s) => {
  const [alice] = await Promise.all([s.agent('alice', { page: await s.page({ viewport: { width: 400, height: 800 } }) }),
    s.agent('bob', { online: false })]);
  await s.talking(alice);
  await alice.at('target-bob').waitFor();
  const { keyboard } = alice.page;
  /** under is what is wrong with the place of the control that has the focus, and of the bar. */
  const under = () => alice.page.evaluate(() => {
    const seen = (e, y) => {
      const { left, right, top, height } = e.getBoundingClientRect();
      const over = document.elementFromPoint((left + right) / 2, top + y * height);
      return over !== null && (e.contains(over) || over.contains(e) || over.closest('label')?.contains(e));
    };
    const at = document.activeElement;
    const bar = ['mute', 'leave', 'end'].map((name) => document.querySelector(`[data-test="${name}"]`));
    return [...seen(at, 0.9) ? [] : [`${at.dataset.test || at.id} has the focus and is covered`],
      ...bar.filter((e) => !seen(e, 0.5)).map((e) => `${e.dataset.test} is not in sight`)];
  });
  await alice.at('mute').focus();
  const reached = [];
  while (reached.length < 60) {
    await keyboard.press('Tab');
    const name = await alice.page.evaluate(() => (document.activeElement === document.body ? null
      : document.activeElement.dataset.test ?? ''));
    if (name === null) break; // out of the page's end
    reached.push(name);
    assert.deepEqual(await under(), []);
  }
  for (const name of ['leave', 'end', 'swap', 'filter', 'note-field', 'consult', 'requeue', 'side-colleagues']) {
    assert.ok(reached.includes(name), `Tab comes to ${name}: ${reached}`);
  }
  const places = async () => Object.entries(await alice.page.evaluate(boxes)).filter(([name]) => !name.startsWith('target-'));
  const before = await places();
  await alice.at('filter').fill('zzz');
  await alice.says('nobody-found', 'No colleague of that name.');
  assert.deepEqual(await places(), before, 'nobody is found');
  await alice.at('note-field').fill('x'.repeat(190));
  assert.deepEqual(await places(), before, 'a long note');
  await alice.press('side-history');
  assert.deepEqual((await places()).filter(([name]) => before.some(([was]) => was === name)), before, 'another tab');
  await alice.at('filter').fill('');
  await alice.at('target-bob').waitFor();
  await alice.end();
});

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
}, { deep: true });

/** clock is what a running time shows, in seconds, drawn anew, beside what it should be computed from. */
async function clock(e) {
  const time = e.querySelector('desk-time');
  time.requestUpdate();
  await time.updateComplete;
  const now = Date.now();
  const parts = time.textContent.trim().split(':').map(Number);
  return { at: time.at, skew: time.skew, now, shows: parts.reduce((sum, n) => 60 * sum + n, 0) };
}

/** inWrapUp is the agent's own time of the automatic wrap-up, as the server has it. */
async function inWrapUp(s, desk) {
  const { agent } = await s.stack.as(desk.id, 'GET', '/agents/me');
  return { since: Date.parse(agent.presenceSince), until: Date.parse(agent.wrapUpUntil) };
}

const near = (a, b) => assert.ok(Math.abs(a - b) <= 1, `${a} is not ${b}`); // whole seconds, rounded up or down

scenario('F190 after a call: the automatic wrap-up counts down, and a chosen one says what it is', async (s) => {
  const alice = await s.agent('alice');
  const first = await s.talking(alice);
  const began = Date.now();
  await s.stack.does(first, 'hangup');
  await alice.screen('ended');
  const left = alice.at('rest-left');
  await left.waitFor();
  const { since, until: end } = await inWrapUp(s, alice);
  assert.ok(since >= began, 'the wrap-up begins with the end of the call');
  near((end - since) / 1000, wrapUp);
  const counts = await left.evaluate(clock);
  assert.equal(counts.at, end);
  near(counts.shows, (end - counts.now - counts.skew) / 1000);
  const sofar = await left.innerText();
  await left.filter({ hasNotText: sofar }).waitFor(); // it runs by itself
  assert.ok((await left.evaluate(clock)).shows < counts.shows, 'and downwards');
  assert.doesNotMatch(await alice.at('screen-ended').innerText(), /may ring at once/);

  const { text, at } = await alice.told('said-polite', 'You are in wrap-up. Calls ring here again in ');
  const [, minutes, seconds = 0] = /again in (\d+) minutes?(?: (\d+) seconds?)?\.$/.exec(text) ?? [];
  const said = 60 * minutes + Number(seconds);
  assert.ok(said >= (end - at) / 1000 - 1 && said <= wrapUp, `${text} at ${(end - at) / 1000} s before the end`);
  const presence = alice.page.locator('.presence');
  assert.match(await presence.innerText(), /^\s*Wrap-up\s+\d:\d\d\s+\d:\d\d left\s*$/);
  const passed = await presence.evaluate(clock);
  assert.equal(passed.at, since, 'the time in this state, and not in the status');
  near(passed.shows, (passed.now + passed.skew - since) / 1000);

  await alice.look('wrap-up-ended', '');
  await alice.press('wrap-up');
  await alice.says('screen-idle', 'Wrapping up');
  await alice.told('said-polite', 'You are in wrap-up. No calls ring here until you are available again.');
  await until('the server to know', async () => (await s.stack.as('alice', 'GET',
    '/agents/me')).agent.status === 'wrap-up');
  await alice.look('wrap-up', '');
  await alice.press('dismiss-ended');
  await alice.ready();
});

scenario('F190 Done ends the automatic wrap-up', async (s) => {
  const alice = await s.agent('alice');
  await s.stack.does(await s.talking(alice), 'hangup');
  await alice.screen('ended');
  await alice.at('rest-left').waitFor();
  await alice.press('dismiss-ended');
  await alice.ready();
}, { deep: true });

scenario('F190 the automatic wrap-up ends while its page shows the last call', async (s) => {
  const alice = await s.agent('alice');
  await s.stack.does(await s.talking(alice), 'hangup');
  await alice.screen('ended');
  await alice.at('rest-left').waitFor();
  await s.stack.as('alice', 'PUT', '/agents/me', { status: 'available' }); // as from another window of theirs
  await alice.says('screen-ended', 'The next call may ring at once.');
  await alice.told('said-polite', 'The wrap-up is over. Calls ring here again.');
}, { deep: true });

scenario('F193 the page speaks to the target, and shows what they may do', async (s) => {
  const { alice, bob } = await s.pair();
  await alice.consult('bob', 'Asks for a refund');
  await bob.answer('consulting');
  const shows = async () => (await bob.page.locator('main [data-test]').evaluateAll((all) => all.filter((e) => e.tagName === 'BUTTON').map((e) => e.dataset.test)));
  await bob.says('target', 'You are on the line with Alice');
  await bob.says('transfer', 'Note from Alice');
  await bob.says('transfer', 'Asks for a refund');
  assert.deepEqual(await shows(), ['mute', 'keypad', 'leave']);
  assert.equal(await bob.page.locator('input[type=radio], [data-test=consult]').count(), 0);
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
  assert.deepEqual(await shows(), ['mute', 'hold', 'keypad', 'leave', 'end', 'swap', 'join', 'complete', 'cancel', 'consult',
    'blind', 'add', 'requeue']);
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
