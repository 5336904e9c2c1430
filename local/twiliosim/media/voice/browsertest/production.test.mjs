// The SDK without a single option, as in production: the browser takes this machine for
// Twilio's hosts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { patience, start } from './rig.mjs';

let rig;
before(async () => { rig = await start({ production: true }); });
after(() => rig?.stop());

test('the SDK without options registers, rings, hears and hangs up', { timeout: 4 * patience }, async () => {
  const alice = await rig.agent('alice');
  const sid = await alice.talk();
  await rig.script('hear', { sid, sounds: [{ Kind: 'leg', Leg: 'CAcaller' }] });
  await alice.hears(500);
  await rig.script('end', { sid });
  await alice.saw('disconnect');

  const hosts = new Set(alice.page.asked.map((url) => new URL(url).host));
  hosts.delete(new URL(rig.url).host);
  assert.deepEqual([...hosts].sort(), ['eventgw.local.twilio.com', 'sdk.twilio.com'], 'hosts that the SDK asked beside its signalling');
  assert.deepEqual(alice.page.complaints, []);
});
