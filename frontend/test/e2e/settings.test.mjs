// The line's settings: a supervisor closes the line by the page, a caller hears the message, and it is taken back.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stage } from './scene.mjs';
import { root } from './stack.mjs';
import { until } from './wait.mjs';

const scenario = stage({ settings: { RingSeconds: 60 } });

/** wide takes the picture of what a wide window shows, where the scenario is on a narrow one. */
async function wide(desk, name) {
  await desk.page.setViewportSize({ width: 1200, height: 800 });
  await desk.page.evaluate(() => scrollTo(0, 0));
  await desk.picture(name, { fullPage: false });
  await desk.page.setViewportSize({ width: 400, height: 800 });
}

scenario('F264 F265 F260 F313 a supervisor closes the line and opens it again, with the keyboard and 400 pixels', async (s) => {
  const alice = await s.agent('alice', { online: false });
  const erin = await s.agent('erin', { online: false, settings: { viewport: { width: 400, height: 800 } } });
  const { keyboard } = erin.page;
  const press = async (name) => {
    await erin.at(name).focus();
    await keyboard.press('Enter');
  };
  const focused = () => erin.page.evaluate(() => document.activeElement.dataset.test);
  await press('side-line');
  await erin.says('not-saved', 'All is saved.');
  await erin.says('settings-state', 'Nothing was ever set.');

  // Words, refused hours, and the same in order.
  await erin.at('set-closedMessage').fill('The office is being repaired.');
  await erin.at('hours-week').check();
  await erin.at('hours.monday[0].from').fill('25');
  await erin.at('set-zone').selectOption('Europe/Berlin');
  // F313: the keyboard goes through the whole form, and the bar with Save is in sight and covers nothing that has the focus.
  await erin.at('set-zone').focus();
  const reached = [];
  for (let name = ''; name !== 'save-settings' && reached.length < 80; reached.push(name)) {
    const wrong = await erin.page.evaluate(() => {
      const at = document.activeElement.getBoundingClientRect();
      const bar = document.querySelector('.save-bar').getBoundingClientRect();
      if (bar.bottom > innerHeight + 1) return `the bar ends at ${bar.bottom}`;
      const inBar = document.activeElement.closest('.save-bar') !== null;
      return !inBar && at.bottom > bar.top ? `${document.activeElement.dataset.test} ends at ${at.bottom}, the bar begins at ${bar.top}` : '';
    });
    assert.equal(wrong, '');
    await keyboard.press('Tab');
    name = await focused() ?? '';
  }
  for (const name of ['hours.monday[0].to', 'add-hours.sunday', 'add-holiday', 'messages-closed', 'set-greeting', 'set-codes', 'save-settings']) {
    assert.ok(reached.includes(name), `Tab comes to ${name}: ${reached}`);
  }
  await press('save-settings');
  await erin.says('settings-problem', 'Not a time like 09:00.');
  await until('the focus to be at the field', async () => await focused() === 'hours.monday[0].from');
  await erin.look('settings-refused', '');
  await erin.at('hours.monday[0].from').fill('8');
  await wide(erin, 'line');
  await erin.at('hours-always').check();
  await press('save-settings');
  await erin.says('not-saved', 'All is saved.');
  await erin.says('settings-state', 'by Erin');

  // Own music: what is none is refused in words, and a piece of our own is kept.
  const song = (name, buffer) => erin.at('set-music').setInputFiles({ name, mimeType: 'audio/wav', buffer });
  await song('words.wav', Buffer.from('no music at all'));
  await erin.says('settings-problem', 'This browser cannot play the file');
  await song('Waltz.wav', await readFile(join(root, 'frontend', 'public', 'music', '01.wav')));
  await erin.says('music-now', 'Waltz.wav, 0:1');
  await press('save-settings');
  await erin.says('not-saved', 'All is saved.');
  const { settings: { music } } = await s.stack.as('erin', 'GET', '/settings');
  const piece = await fetch(`${s.stack.api}/music/own/${music.id}/00.wav`);
  assert.equal(piece.status, 200);

  // Closed: a question with the focus on leaving it.
  await press('line-close');
  await erin.at('confirm-settings').waitFor();
  assert.equal(await focused(), 'leave-settings');
  await erin.look('settings-close', '');
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await erin.says('emergency', 'the line is closed');
  const turned = await s.stack.dial();
  const answered = (sid) => until('the line to answer', async () => (await s.stack.requests() ?? [])
    .find((r) => r.sid === sid && r.response)?.response);
  assert.match(await answered(turned), /<Say>The office is being repaired\.<\/Say>/);
  await s.stack.over(turned);
  await alice.press('go-online');
  await alice.says('hours', 'Closed', 60_000);
  assert.equal(await alice.at('side-line').count(), 0);

  // Another supervisor changes a field meanwhile; what is typed here stays.
  await erin.at('set-name').fill('Example Telephone');
  const now = await s.stack.as('erin', 'GET', '/settings');
  await s.stack.as('erin', 'PUT', '/settings', { version: now.version, settings: { ...now.settings, greeting: 'Welcome.' } });
  await press('save-settings');
  await erin.says('meanwhile', 'has changed Greeting');
  assert.equal(await erin.at('set-name').inputValue(), 'Example Telephone');
  await press('save-settings');
  await erin.says('not-saved', 'All is saved.');

  // Opened again: the next caller hears music, and the earlier words are brought back.
  await press('line-open');
  await erin.at('confirm-settings').focus();
  await keyboard.press('Enter');
  await erin.says('emergency', 'not closed');
  const taken = await until('a caller to be taken', async () => {
    const sid = await s.stack.dial();
    return (await answered(sid)).includes('The office is being repaired.') ? undefined : sid;
  }, { ms: 90_000, every: 5000 });
  await s.stack.keeps(taken);
  await alice.answer();
  await s.stack.does(taken, 'hangup');
  await alice.screen('ended');
  await press('versions');
  const { versions } = await s.stack.as('erin', 'GET', '/settings/versions');
  await press(`back-${versions.at(-1).version}`);
  await erin.at('confirm-settings').focus();
  await keyboard.press('Enter');
  await erin.says('settings-state', 'by Erin');
  await until('the name to be taken back', async () => (await erin.at('set-name').inputValue()) === '');
  const { settings } = await s.stack.as('erin', 'GET', '/settings');
  assert.deepEqual([settings.name, settings.greeting, settings.closedMessage, settings.emergency?.closed ?? false],
    [undefined, undefined, 'The office is being repaired.', false]);
}, { timeout: 300_000, deep: true });
