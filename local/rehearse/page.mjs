// One agent at the deployed page, in a browser that takes this machine for AWS's and Twilio's hosts: signs in by managed
// login, goes online, takes a call, hears the caller, and ends it. Called by page.go, with its settings in REHEARSE.
import assert from 'node:assert/strict';
import { Desk, launch, open } from '../../frontend/test/e2e/browser.mjs';
import { until } from '../../frontend/test/e2e/wait.mjs';

const { page: address, front, pin, control, number, name, password } = JSON.parse(process.env.REHEARSE);
const hosts = ['*.cloudfront.net', '*.amazoncognito.com', '*.amazonaws.com', '*.twilio.com'];
const rules = [...hosts.map((h) => `MAP ${h}:443 ${front}`), 'MAP 127.0.0.1 127.0.0.1', 'MAP * ~NOTFOUND'].join(', ');
const patience = 60_000; // the functions run in an emulated processor

const browser = await launch([`--host-resolver-rules=${rules}`, `--ignore-certificate-errors-spki-list=${pin}`]);
let desk;
try {
  const context = await open(browser);
  context.setDefaultTimeout(patience);
  desk = new Desk(null, await context.newPage(), name);
  await desk.page.goto(address);
  await desk.press('sign-in');
  await desk.page.locator('#username').fill(name);
  await desk.page.locator('#password').fill(password);
  await desk.page.locator('button[type=submit]').click();
  await desk.screen('offline', patience);
  assert.equal(new URL(desk.page.url()).origin + '/', address, 'sign-in returns to the page');
  await desk.press('go-online');
  await desk.ready(patience);
  const dialled = await fetch(`${control}/control/calls`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ from: '+12125550199', to: number }),
  });
  assert.ok(dialled.ok, await dialled.text());
  await desk.screen('ringing', patience);
  await desk.press('answer');
  await desk.inCall('talking', patience);
  let heard;
  await until('the caller to be heard', async () => {
    heard = await desk.page.evaluate(() => window.heard(800));
    return heard.line === 'open' && heard.tones.length === 1;
  }, { ms: patience, otherwise: () => JSON.stringify(heard) });
  await desk.end();
  await desk.screen('ended', patience);
  const refused = desk.refused.filter((r) => !r.includes('https://eventgw.local.twilio.com/')); // a region of the phone network's own
  assert.deepEqual([refused, desk.broken], [[], []], 'the policy refused something, or a script threw');
} catch (e) {
  console.error(`${e.message}\n${desk ? await desk.state() : ''}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
