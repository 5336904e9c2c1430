// The second column: who is present and since when, whom to bring in, and who has called.
import assert from 'node:assert/strict';
import { exactly } from './browser.mjs';
import { stage } from './scene.mjs';
import { until } from './wait.mjs';

const scenario = stage({ settings: { RingSeconds: 120, AllowedCountries: 'GB,US' } });

/** recent waits until the newest of the recent calls says this. */
async function recent(desk, number, words) {
  const row = desk.page.locator('[data-test=recent]').first();
  await row.filter({ hasText: number }).filter({ hasText: exactly(words) }).waitFor();
  return row;
}

const row = (desk, name) => desk.page.locator('.people .person').filter({ has: desk.page.locator('.name',
  { hasText: exactly(name) }) });

/** shown waits for a presence in the list of colleagues; it returns the server time that is shown with it. */
async function shown(desk, name, presence) {
  await row(desk, name).filter({ hasText: exactly(presence) }).waitFor();
  return row(desk, name).locator('desk-time').evaluate((e) => e.at);
}

scenario('F191: the time beside a colleague is that of the presence shown', async (s) => {
  const alice = await s.agent('alice', { online: false });
  const bob = await s.agent('bob');
  const available = await shown(alice, 'Bob', 'Available');
  const caller = await s.stack.dial();
  await bob.screen('ringing');
  const rung = await shown(alice, 'Bob', 'Being rung');
  await bob.answer();
  const answered = await shown(alice, 'Bob', 'In a call');
  await bob.press('status-away'); // applies after the call
  await s.stack.does(caller, 'hangup');
  const away = await shown(alice, 'Bob', 'Away');
  assert.ok(available < rung && rung < answered && answered < away,
    JSON.stringify({ available, rung, answered, away }));
  const { agents } = await s.stack.as('alice', 'GET', '/agents');
  assert.equal(away, Date.parse(agents.find((a) => a.id === 'bob').since));
}, { deep: true });

scenario('F192: why it stopped ringing, in words of its own, and who it was', async (s) => {
  const alice = await s.agent('alice');
  const caller = await s.stack.dial('+12125550147');
  await alice.screen('ringing');
  await alice.says('line', 'Nobody else waiting');
  await s.stack.does(caller, 'hangup');
  await alice.told('notice', '+1 212 555 0147: the caller hung up before you answered.');
  await alice.screen('idle');
  await recent(alice, '+1 212 555 0147', 'The caller hung up before you answered');

  const second = await s.stack.dial('+12125550148');
  await alice.screen('ringing');
  await alice.press('reject');
  await alice.told('notice', '+1 212 555 0148: you declined the call.');
  await recent(alice, '+1 212 555 0148', 'You declined');
  await s.stack.does(second, 'hangup');
});

scenario('F192: a call that is taken back, and a list that another tab has too', async (s) => {
  const { alice, bob } = await s.pair();
  await alice.consult('bob');
  await bob.screen('ringing');
  await alice.press('cancel');
  await bob.told('notice', '+1 212 555 0199: Alice took the call back.');
  await recent(bob, '+1 212 555 0199', 'Alice took the call back before you answered');
  await alice.inCall('talking');
  await alice.consult('bob');
  await bob.answer('consulting');
  await alice.inCall('consulting');
  await alice.press('complete');
  await alice.screen('ended');
  await recent(alice, '+1 212 555 0199', 'Handed over to Bob');
  await bob.inCall('talking');
  await bob.end();
  await bob.screen('ended');
  await recent(bob, '+1 212 555 0199', 'You ended the call');
  // A new window has none of this in its storage.
  const fresh = await s.agent('alice', { online: false });
  await recent(fresh, '+1 212 555 0199', 'Handed over to Bob');
  const later = await s.agent('bob', { online: false });
  await recent(later, '+1 212 555 0199', 'You ended the call');
}, { deep: true });

scenario('F195: callers without a number of E.164 are shown as text, and only a withheld one is private', async (s) => {
  const alice = await s.agent('alice');
  for (const [from, words] of [
    ['sip:1001@pbx.example.com', 'sip:1001@pbx.example.com'],
      ['sip:+447700900123@pbx.example.com', 'sip:+447700900123@pbx.example.com'],
    ['07700900123', '07700900123'], ['1001', '1001'], ['anonymous', 'Private number'],
  ]) {
    const caller = await s.stack.dial(from);
    await alice.screen('ringing');
    assert.equal(await alice.at('caller').innerText(), words);
    await s.stack.does(caller, 'hangup');
    await alice.screen('idle');
    await recent(alice, words, 'The caller hung up before you answered');
  }
});

scenario('F194: numbers as people paste them', async (s) => {
  const alice = await s.agent('alice');
  await s.talking(alice);
  const number = alice.at('target-number');
  for (const [typed, value] of [
    ['\u202a+44 20 7946 0123\u202c', '+442079460123'], ['+44\u00a0(0)20\u200b\u20117946\u2013 0123', '+442079460123'],
      ['tel:+44-20-7946-0123', '+442079460123'],
    ['0044 20 7946 0123', '+442079460123'], ['(212) 736-5000', '+12127365000'], ['1 212 736 5000', '+12127365000'],
      ['011 44 20 7946 0123', '+442079460123'],
  ]) {
    await alice.at('filter').fill(typed);
    await until(`${JSON.stringify(typed)} to be ${value}`, async () => (await number.count()) === 1
      && (await number.getAttribute('value')) === value);
  }
  for (const [typed, words] of [
    ['736 5000', 'lacks its area code'], ['112', 'too short'],
      ['+44 20 7946 0123 ext. 4', 'An extension cannot be dialled'], ['zzz', 'No colleague of that name'],
  ]) {
    await alice.at('filter').fill(typed);
    await alice.says('nobody-found', words);
    assert.equal(await number.count(), 0);
  }
  // The API accepts exactly what the page makes of the text.
  await alice.at('filter').fill('(212) 736-5000');
  await number.check({ force: true });
  await alice.press('consult');
  await alice.inCall('consult-ringing');
  await until('the outside number to ring', async () => (await s.stack.calls()).some((c) => c.to === '+12127365000'));
  await alice.press('cancel');
  await alice.inCall('talking');
  await alice.end();
});

scenario('F194: a colleague is found without accents, with any apostrophe, surname first', async (s) => {
  const page = await s.page();
  await page.route(/\/agents(\/me\?.*)?$/, async (route) => { // by itself, or with the answer to a heartbeat
    const answer = await route.fetch();
    const json = await answer.json();
    for (const a of (json.colleagues ?? json).agents ?? []) if (a.id === 'bob') a.name = 'Bríd O’Súilleabháin-Müller';
    return route.fulfill({ response: answer, json });
  });
  await s.agent('bob', { online: false });
  const alice = await s.agent('alice', { page, online: false });
  for (const typed of ["o'suilleabhain", 'mueller brid', 'MÜLLER', 'suilleabhain bri']) {
    await alice.at('filter').fill(typed);
    await row(alice, 'Bríd').waitFor();
  }
  await alice.at('filter').fill('murphy');
  await alice.says('nobody-found', 'No colleague of that name.');
}, { deep: true });

scenario('F205: where even our own sounds hang, a caller who has hung up meanwhile does not ring late', async (s) => {
  const page = await s.page();
  await page.route('**/sounds/*', () => undefined); // never answered
  const alice = await s.agent('alice', { page });
  await page.evaluate(() => {
    window.rang = [];
    new MutationObserver(() => {
      const who = document.querySelector('[data-test=screen-ringing] [data-test=caller]')?.textContent;
      if (who && window.rang.at(-1) !== who) window.rang.push(who);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const caller = await s.stack.dial('+12125550147');
  await until('the network to ring',
    async () => (await s.stack.calls()).some((c) => c.to.startsWith('client:alice') && c.status === 'ringing'));
  await s.stack.does(caller, 'hangup');
  await until('the server to have let alice go',
    async () => (await s.stack.as('alice', 'GET', '/agents/me')).agent.presence === 'available');
  const next = await s.stack.dial('+12125550148');
  await alice.answer();
  assert.deepEqual(await page.evaluate(() => window.rang), ['+1 212 555 0148']);
  await s.stack.does(next, 'hangup');
}, { deep: true });
