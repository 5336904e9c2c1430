// The push channel as a page meets it: open, slow, cut, refused and restored. What the page shows is the truth in each.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';
import { until } from './wait.mjs';

const scenario = stage({ settings: { RingSeconds: 60 } });

/** The channel between a page and the stack, through a tap that can be closed. */
async function tap(page) {
  const channel = { refused: false, held: false, open: new Set(), told: 0, waiting: [] };
  await page.routeWebSocket(/\/live$/, (ws) => {
    if (channel.refused) return void ws.close({ code: 1013 });
    const server = ws.connectToServer();
    channel.open.add(ws);
    server.onMessage((text) => {
      channel.told += 1;
      if (channel.held) channel.waiting.push(() => ws.send(text));
      else ws.send(text);
    });
    ws.onClose(() => { channel.open.delete(ws); server.close(); });
    server.onClose(() => { channel.open.delete(ws); ws.close(); });
  });
  channel.cut = () => {
    channel.refused = true;
    for (const ws of channel.open) ws.close({ code: 1001 });
    channel.open.clear();
  };
  channel.mend = () => { channel.refused = channel.held = false; };
  return channel;
}

/** A supervisor without a page sets an agent's status. */
let keys = 0;
const sets = (s, agent, action) =>
  s.stack.as('erin', 'POST', '/team/acts', { action, agent, request: `push-${++keys}` });

const shows = (desk, presence) => desk.page.locator(`[data-test=status] .presence.${presence}`).waitFor();
const says = (desk, text, there = true) => until(`the strip ${there ? 'to say' : 'not to say'} "${text}"`,
  async () => (await desk.page.locator('.banners').innerText()).includes(text) === there);

scenario('F331 the push channel slow, cut, refused and restored: the page shows the truth and says how it asks', async (s) => {
  const page = await s.page();
  const channel = await tap(page);
  const alice = await s.agent('alice', { page });
  await until('the channel to be open', () => channel.open.size === 1);
  await says(alice, 'No live updates', false);

  await sets(s, 'alice', 'away');
  await shows(alice, 'away');
  assert.ok(channel.told > 0, 'the page was told');
  await alice.look('pushed', '');

  // Slow: the message comes when the page has seen the change by itself, and changes nothing.
  channel.held = true;
  await sets(s, 'alice', 'available');
  await shows(alice, 'available');
  for (const arrives of channel.waiting.splice(0)) arrives();
  await sets(s, 'alice', 'away');
  channel.held = false;
  await shows(alice, 'away');

  channel.cut();
  await says(alice, 'No live updates now: the page asks every few seconds');
  await alice.look('push-down', '');
  await sets(s, 'alice', 'available');
  await shows(alice, 'available');
  const caller = await s.stack.dial(); // a call needs no channel
  await alice.answer();
  await alice.press('end');
  await alice.press('confirm-end');
  await s.stack.over(caller);

  channel.mend();
  await says(alice, 'No live updates', false);
  await until('the channel to be open again', () => channel.open.size === 1);
  const before = channel.told;
  await sets(s, 'alice', 'away');
  await shows(alice, 'away');
  assert.ok(channel.told > before, 'the page is told again');
}, { timeout: 240_000, deep: true });
