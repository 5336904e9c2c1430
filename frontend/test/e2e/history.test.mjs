// What is kept of a call: the note after it, its timeline, a caller who is known, and the supervisor's table.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { exactly } from './browser.mjs';
import { stage } from './scene.mjs';
import { until } from './wait.mjs';

const scenario = stage({ settings: {
  RingSeconds: 120, WrapUpSeconds: 300, WrapUpCodes: 'order,refund', WrapUpCodeRequired: 'true',
  CrmUrl: 'https://crm.example.com/?phone={number}&call={call}',
} });
const number = '+12125550163';

/** handedOver is a call that Alice hands over to Bob, and that Bob ends. */
async function handedOver(s, from = number) {
  const [alice, bob] = await Promise.all([s.agent('alice'), s.agent('bob', { online: false })]);
  await s.stack.dial(from);
  await alice.answer();
  await bob.goOnline();
  await alice.consult('bob', 'Invoice 2231 charged twice');
  await bob.answer('consulting');
  await alice.inCall('consulting');
  await alice.press('complete');
  await alice.screen('ended');
  await bob.inCall('talking');
  await bob.end();
  await bob.screen('ended');
  return { alice, bob };
}

/** history opens the tab and the newest call that has these words. */
async function history(desk, words) {
  const row = desk.at('record').filter({ hasText: exactly(words) }).first();
  await desk.press('side-history');
  await until('the record of the call', async () => {
    if (await row.isVisible()) return true;
    await desk.press('find'); // it is written when the call has ended, and the page may ask before that
    return false;
  }, { every: 500 });
  await row.click();
  await desk.at('record-open').waitFor();
}

scenario('F211 F215 F217 a note after a call survives a reload, and the caller who calls again is known', async (s) => {
  const { alice, bob } = await handedOver(s);
  await bob.look('note-empty', '');
  await bob.press('dismiss-ended');
  await bob.says('wrap-up-code-missed', 'Choose a code first.');
  assert.equal(await bob.page.evaluate(() => document.activeElement.dataset.test), 'wrap-up-code');
  const note = 'Refunded invoice 2231.\n<b>Asks</b> for a letter, "by post".';
  await bob.at('wrap-up-note').fill(note);
  await bob.at('wrap-up-code').selectOption('refund');
  await bob.at('wrap-up-name').fill('Mrs Young');
  await bob.says('wrap-up-state', 'Saved');
  await bob.page.reload();
  await bob.screen('offline');
  await bob.says('wrap-up-state', 'Saved');
  const kept = async () => Promise.all(['note', 'code', 'name'].map((f) => bob.at(`wrap-up-${f}`).inputValue()));
  assert.deepEqual(await kept(), [note, 'refund', 'Mrs Young']);

  // Bob changes it at another computer: what is typed here does not replace that before it is seen.
  const call = await until('the record of the call', async () =>
    (await s.stack.as('bob', 'POST', '/calls/search', {})).calls[0]?.id, { every: 500 });
  await s.stack.as('bob', 'PUT', `/calls/${call}/note`, { note: 'Refunded.', code: 'refund', name: 'Mrs Young' });
  await bob.at('wrap-up-note').fill(`${note} Today.`);
  await bob.says('wrap-up-state', 'You have changed this note in another tab or window');
  await bob.says('wrap-up-elsewhere', 'Refunded.');
  assert.equal(await bob.at('wrap-up-note').inputValue(), `${note} Today.`);
  await bob.at('wrap-up-note').fill(note);
  await bob.says('wrap-up-state', 'Saved');
  await bob.at('wrap-up-elsewhere').waitFor({ state: 'detached' });

  await history(bob, 'Mrs Young');
  const told = await bob.at('record-open').innerText();
  for (const words of ['Alice asked you for a private talk', 'Note: Invoice 2231 charged twice', 'You answered',
    'Alice handed over', 'You took the call over', 'You ended the call',
    '<b>Asks</b> for a letter']) {
    assert.ok(told.includes(words), `${words}\n${told}`);
  }
  await bob.look('history-record', 'record');
  await bob.press('record-back');
  await bob.at('find-text').fill('nobody says this');
  await bob.at('find-text').press('Enter');
  await bob.says('find-nothing', 'No call found.');
  await bob.press('side-colleagues');

  await bob.press('dismiss-ended');
  await bob.at('wrap-up-note').waitFor({ state: 'detached' });
  await bob.goOnline();
  const again = await s.stack.dial(number);
  await bob.screen('ringing');
  await bob.says('known', 'Mrs Young');
  await bob.says('known', 'Called once before, last today');
  await bob.says('known', 'with Alice and you');
  await bob.says('known', 'refund: Refunded invoice 2231.');
  await bob.look('ringing-known', '');
  await bob.answer();
  await bob.says('known', 'Mrs Young');
  assert.equal(await bob.at('crm').getAttribute('href'), `https://crm.example.com/?phone=%2B12125550163&call=${again}`);
  await s.stack.does(again, 'hangup');
  await bob.screen('ended');

  // Alice has written nothing yet; what Alice types while the server is away is kept, also after a reload.
  const api = /\/calls\/[^/]+\/note$/;
  await alice.page.route(api, (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
  await alice.at('wrap-up-note').fill('Handed over to Bob');
  await alice.says('wrap-up-state', 'Not saved yet');
  await alice.page.reload();
  await alice.screen('offline');
  assert.equal(await alice.at('wrap-up-note').inputValue(), 'Handed over to Bob');
  await alice.page.unroute(api);
  await alice.says('wrap-up-state', 'Saved');
}, { timeout: 240_000 });

scenario('F213 a supervisor finds all calls and exports them; an agent finds their own', async (s) => {
  // No call of another scenario of this file is taken for this one.
  const { alice, bob } = await handedOver(s, '+12125550164');
  await bob.at('wrap-up-note').fill('=HYPERLINK("https://example.com")');
  await bob.says('wrap-up-state', 'Saved');
  const erin = await s.agent('erin', { online: false });
  await history(erin, '555 0164');
  await erin.press('record-back');
  await erin.look('history-supervisor', '');
  await erin.at('find-when').selectOption('today');
  await erin.at('find-caller').fill('212 555 0164');
  await erin.at('find-zone').selectOption('Pacific/Auckland');
  await erin.press('find');
  await erin.at('record').first().waitFor();
  const [file] = await Promise.all([erin.page.waitForEvent('download'), erin.press('export')]);
  assert.match(file.suggestedFilename(), /^calls-\d{4}-\d\d-\d\d\.csv$/);
  const rows = (await readFile(await file.path(), 'utf8')).split('\r\n');
  assert.match(rows[0], /^\uFEFFArrived \(Pacific\/Auckland\),/);
  const calls = rows.filter((r) => r.includes("\"'+12125550164\""));
  assert.equal(calls.length, rows.length - 2, 'all rows between the titles and the end are of this number');
  assert.ok(calls.some((r) => r.includes('Bob: =HYPERLINK(""https://example.com"")')), rows.join('\n'));
  await erin.at('find-when').selectOption('span');
  await erin.at('find-from').fill('2020-01-01');
  await erin.press('find');
  await erin.says('find-problem', 'The span has at most 92 days.');
  assert.equal(await erin.at('find-caller').inputValue(), '212 555 0164');

  await alice.press('side-history');
  await alice.at('record').first().waitFor();
  assert.equal(await alice.at('export').count(), 0);
}, { timeout: 240_000 });
