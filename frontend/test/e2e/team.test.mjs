// The team's view: a supervisor sees the line, sets an agent Away, has a caller offered, and ends a call; then the group
// is taken away.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';

const scenario = stage({ settings: { RingSeconds: 60, WrapUpSeconds: 300 } });

scenario('F225 F228 a supervisor sees the team and acts, with the keyboard and 400 pixels', async (s) => {
  const { alice, bob, caller } = await s.pair();
  const erin = await s.agent('erin', { online: false, settings: { viewport: { width: 400, height: 800 } } });
  await erin.at('side-team').focus();
  await erin.page.keyboard.press('Enter');
  const row = (call) => erin.page.locator(`[data-call="${call}"]`);
  await row(caller).getByText('Alice and the caller hear each other.').waitFor();
  await erin.says('team-today', 'Answered');

  // A wide window gives the view most of its room, with rows side by side; a narrow one, one column.
  const columns = () => erin.page.evaluate(() => {
    const rows = [...document.querySelectorAll('[data-test="team-agent-row"]')].map((r) => r.getBoundingClientRect());
    const { width } = document.querySelector('.team').getBoundingClientRect();
    return { lines: new Set(rows.map((r) => r.top)).size, rows: rows.length, share: width / innerWidth };
  });
  const narrow = await columns();
  assert.equal(narrow.lines, narrow.rows);
  for (const width of [1200, 1800]) {
    await erin.page.setViewportSize({ width, height: 900 });
    const wide = await columns();
    assert.ok(wide.share > 0.55 && wide.lines < wide.rows, `${width}: ${JSON.stringify(wide)}`);
  }
  await erin.page.setViewportSize({ width: 400, height: 800 });

  const second = await s.stack.dial();
  await bob.screen('ringing');
  await row(second).getByText('Bob is being rung.').waitFor();
  await erin.page.setViewportSize({ width: 1200, height: 800 });
  await erin.look('team-view', 'team');
  await erin.page.setViewportSize({ width: 400, height: 800 });
  await erin.at('team-away-bob').focus();
  await erin.page.keyboard.press('Enter');
  await bob.screen('idle');
  await bob.page.getByText(/set you Away/).first().waitFor();
  await row(second).getByText('Hears music.').waitFor();

  // Bob is Available again, and is not rung unasked for a caller whom Bob has just not taken.
  await erin.at('team-available-bob').focus();
  await erin.page.keyboard.press('Enter');
  const ring = erin.at(`team-offer-${second}`);
  const choice = row(second).locator('select');
  await choice.locator('option[value="bob"]').waitFor({ state: 'attached' });
  await choice.selectOption('bob');
  await ring.focus();
  await erin.page.keyboard.press('Enter');
  await bob.answer();
  await row(second).getByText('Bob and the caller hear each other.').waitFor();

  await erin.at(`team-end-${second}`).focus();
  await erin.page.keyboard.press('Enter');
  await erin.at('confirm-team-end').waitFor();
  await erin.look('team-end', '');
  assert.equal(await erin.page.evaluate(() => document.activeElement.dataset.test), 'keep-call');
  await erin.page.keyboard.press('Tab');
  await erin.page.keyboard.press('Enter');
  await bob.screen('ended');
  await row(second).waitFor({ state: 'detached' });
  await alice.inCall('talking');

  await erin.page.route(/\/team(\?|$)/, (route) => route.fulfill({ status: 403, contentType: 'application/problem+json',
    body: JSON.stringify({ type: '/problems/not-supervisor', title: 'Only a supervisor may do that.', status: 403 }) }));
  await erin.page.getByText('You are no supervisor any more').first().waitFor();
  assert.equal(await erin.at('side-team').count() + await erin.at('team-calls').count(), 0);
  assert.equal(await alice.at('side-team').count(), 0);
  await s.stack.does(caller, 'hangup');
  await alice.screen('ended');
}, { timeout: 240_000 });
