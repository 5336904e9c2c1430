// The unmodified Voice SDK in a real browser against the voice of the phone network.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { patience, start } from './rig.mjs';

let rig;
before(async () => { rig = await start(); });
after(() => rig?.stop());

// withAgent gives a test an agent who is online, and closes the page after it.
const withAgent = (name, run, seconds) => test(name, { timeout: 4 * patience }, async (t) => {
  const alice = await rig.agent('alice', seconds);
  try {
    await run(alice, t);
  } finally {
    await alice.close();
    await rig.did('unregister alice').catch(() => undefined); // some tests took it back themselves
  }
});

const leg = (name) => ({ Kind: 'leg', Leg: name });

withAgent('a call rings, is taken, is heard both ways, brings a message and ends', async (alice, t) => {
  const placed = performance.now();
  const sid = await alice.ring({ note: 'two bags & a dog' });
  t.diagnostic(`call placed -> ringing in the page: ${Math.round(performance.now() - placed)} ms`);
  assert.deepEqual(await alice.page.evaluate(() => [window.call.parameters.CallSid, window.call.customParameters.get('note')]),
    [sid, 'two bags & a dog']);

  await rig.script('message', { sid, content: '{"state":"ringing"}' });
  await alice.saw('message {"state":"ringing"}');

  const accepted = performance.now();
  await alice.page.evaluate(() => window.call.accept());
  await rig.did(`answer ${sid}`);
  await alice.saw('accept');
  await rig.script('hear', { sid, sounds: [leg('CAcaller')] });
  await alice.hears(500);
  t.diagnostic(`accepted -> heard: ${Math.round(performance.now() - accepted)} ms`);

  await microphone(sid, (leg) => leg.loud > 500, 'beeps arrive');
  await alice.page.evaluate(() => window.call.mute(true));
  await microphone(sid, (leg) => leg.loud === 0, 'a muted microphone is silent');
  await alice.page.evaluate(() => window.call.mute(false));

  await rig.script('message', { sid, content: '{"state":"talking"}' });
  await alice.saw('message {"state":"talking"}');
  await alice.page.evaluate(() => window.call.sendMessage({ content: { hello: 1 }, messageType: 'user-defined-message' }));
  await alice.saw('messageSent');

  await alice.page.evaluate(() => window.call.sendDigits('4'));
  await rig.did(`dtmf ${sid} 4`);

  await rig.script('hear', { sid, sounds: [leg('CAcaller'), leg('CAsecond')] });
  await alice.hears(500, 600);
  await rig.script('hear', { sid, sounds: [{ Kind: 'silence' }] });
  await alice.hears();

  await alice.page.evaluate(() => window.call.disconnect());
  await rig.did(`hangup ${sid}`);
  await alice.saw('disconnect');
});

// microphone waits for a state of what a leg says.
async function microphone(sid, is, what) {
  const deadline = performance.now() + patience;
  let legs;
  do {
    ({ legs } = await rig.media());
    if (legs.some((leg) => leg.leg === sid && is(leg))) return;
  } while (performance.now() < deadline);
  assert.fail(`${what}: never; at the end ${JSON.stringify(legs)}`);
}

withAgent('a call is rejected', async (alice) => {
  const sid = await alice.ring();
  await alice.page.evaluate(() => window.call.reject());
  await rig.did(`reject ${sid}`);
  await alice.saw('reject');
});

withAgent('a call is cancelled while it rings', async (alice) => {
  const sid = await alice.ring();
  await rig.script('end', { sid, cancelled: true });
  await alice.saw('cancel');
});

withAgent('the other side hangs up, plainly and with an error', async (alice) => {
  await rig.script('end', { sid: await alice.talk() });
  await alice.saw('disconnect');
  await rig.script('end', { sid: await alice.talk(), code: 31486 });
  await alice.saw('call-error 31486');
  await alice.saw('disconnect');
});

withAgent('F035 the socket is lost in a call: registration and call come back', async (alice) => {
  const sid = await alice.talk();
  await rig.script('hear', { sid, sounds: [leg('CAcaller')] });
  await alice.hears(500);
  await rig.script('cut');
  await rig.did('unregister alice');
  await alice.saw('reconnecting');
  await rig.did('register alice');
  await alice.saw('reconnected');
  await alice.hears(500);
  await rig.script('message', { sid, content: '{"after":"reconnect"}' });
  await alice.saw('message {"after":"reconnect"}');
  await rig.script('end', { sid });
  await alice.saw('disconnect');
});

withAgent('an ICE restart keeps the call', async (alice) => {
  const sid = await alice.talk();
  await rig.script('hear', { sid, sounds: [leg('CAcaller')] });
  await alice.hears(500);
  // As the SDK does by itself when the browser's network has changed.
  const fragment = () => alice.page.evaluate(() => /a=ice-ufrag:(.*)/.exec(window.call._mediaHandler.version.pc.remoteDescription.sdp)[1]);
  const before = await fragment();
  await alice.page.evaluate(() => window.call._mediaHandler.iceRestart());
  await alice.until('gets a new ICE answer', (old) => {
    const pc = window.call._mediaHandler.version.pc;
    return pc.signalingState === 'stable' && !pc.remoteDescription.sdp.includes(`a=ice-ufrag:${old}`);
  }, before);
  await rig.script('hear', { sid, sounds: [leg('CAcaller'), leg('CAsecond')] });
  await alice.hears(500, 600);
  await alice.page.evaluate(() => window.call.disconnect());
  await rig.did(`hangup ${sid}`);
});

withAgent('F032 a reload in a call is a hang-up at once', async (alice) => {
  const sid = await alice.talk();
  await alice.page.reload();
  await rig.did(`hangup ${sid}`);
});

withAgent('F040 a token is renewed in time, also in a call', async (alice) => {
  const sid = await alice.talk();
  await alice.saw('tokenWillExpire'); // ten seconds before its end
  await alice.page.evaluate(() => window.renew('alice'));
  await rig.script('hear', { sid, sounds: [leg('CAcaller')] });
  await alice.hears(500);
  await rig.script('end', { sid });
  await alice.saw('disconnect');
}, 20);

withAgent('F041 a token that runs out ends the registration', async (alice) => {
  await rig.script('advance', { seconds: 7200 });
  await rig.did('unregister alice');
  await alice.saw('error 20104');
  await alice.saw('unregistered');
  await alice.page.evaluate(() => window.renew('alice'));
  await rig.did('register alice');
  await alice.saw('registered');
});

test('F031 two tabs of one agent ring and the first takes it', { timeout: 4 * patience }, async () => {
  const one = await rig.agent('alice');
  const two = await rig.agent('alice');
  const sid = await one.ring();
  await two.saw('incoming');
  await one.page.evaluate(() => window.call.accept());
  await rig.did(`answer ${sid}`);
  await two.saw('cancel');
  await one.close();
  await two.close();
});
