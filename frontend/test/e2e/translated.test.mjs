// A page translation replaces every text of the page, as Chromium's does: what is shown must still be the state.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stage } from './scene.mjs';
import { patience } from './wait.mjs';

// The wrap-up is long enough for a slow machine to show it, and short enough to wait for its end.
const scenario = stage({ settings: { RingSeconds: 120, WrapUpSeconds: 30 } });
const translation = (await readFile(join(import.meta.dirname, '..', 'translate.js'), 'utf8')).replace(/^export /m, '');

/** translated is an agent whose browser translates the page, whatever the page says about it. */
async function translated(s, id, options) {
  const page = await s.page();
  await page.addInitScript(`${translation}; document.addEventListener('DOMContentLoaded', () => translates(document.body));`);
  return s.agent(id, { page, ...options });
}

/** loose is the text that the translation has not replaced; if there is any, the test would prove nothing. */
function loose() {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const found = [];
  for (let t = walker.nextNode(); t; t = walker.nextNode()) {
    if (t.data.trim() && !t.parentElement.closest('font')) found.push(t.data);
  }
  return found;
}

scenario('F196 a whole transfer on a translated page: no state is stale', async (s) => {
  const [alice, bob] = await Promise.all([translated(s, 'alice'), translated(s, 'bob', { online: false })]);
  assert.deepEqual(await alice.page.evaluate(() => [document.documentElement.translate,
    document.querySelector('meta[name=google]').content]), [false, 'notranslate'], 'it opts out');
  const caller = await s.talking(alice);
  assert.deepEqual(await alice.page.evaluate(loose), []);
  await alice.says('hears', 'Caller hears you');
  await alice.press('mute');
  await alice.says('hears', 'Caller hears silence');
  await alice.says('mute', 'Unmute');
  await alice.press('mute');
  await alice.says('hears', 'Caller hears you');
  await alice.press('hold');
  await alice.says('hears', 'Caller hears music');
  await alice.says('screen-in-call', 'On hold');
  await s.stack.hears(caller, ['music']);
  const first = await alice.at('call-timer').innerText();
  await alice.at('call-timer').filter({ hasNotText: first }).waitFor();
  await alice.press('resume');
  await alice.says('hears', 'Caller hears you');
  await bob.goOnline();
  await alice.consult('bob', 'Asks for a refund');
  await bob.says('note', 'Asks for a refund');
  await alice.says('target', 'phone is ringing');
  await bob.answer('consulting');
  await alice.says('target', 'Bob is on the line');
  await bob.says('hears', 'Caller hears music');
  await alice.press('swap');
  await alice.says('hears', 'Caller hears you');
  await bob.says('you', 'You hear music');
  await alice.press('join');
  await alice.says('hears', 'Caller hears you and Bob');
  await bob.says('hears', 'Caller hears you and Alice');
  await alice.press('complete');
  await alice.says('screen-ended', 'Handed over to Bob');
  await alice.says('screen-ended', /no calls ring here for 0:\d\d/); // F190
  await bob.says('hears', 'Caller hears you');
  await bob.at('hears').filter({ hasNotText: 'Alice' }).waitFor(); // the caller hears both until Alice is out
  await s.stack.does(caller, 'hangup');
  await bob.says('screen-ended', 'The caller hung up');
  await alice.says('screen-ended', 'The next call may ring at once.', 2 * patience); // it ends by itself
  await alice.told('said-polite', 'The wrap-up is over. Calls ring here again.');
}, { deep: true });
