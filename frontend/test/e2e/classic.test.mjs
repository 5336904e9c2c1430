// The classic transfer, with hands and ears: one telephone and two desks, all three real pages.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';

const scenario = stage({ settings: { RingSeconds: 120 } });

scenario('classic: ring, answer, add, three hear each other, leave, end', async (s) => {
  const [[alice, bob], phone] = await Promise.all([
    Promise.all(['alice', 'bob'].map((id) => s.agent(id, { byHand: true }))), s.phone()]);
  await phone.look('phone-ready', '');
  await alice.look('idle');
  await bob.at('status-away').click(); // so that Alice is the first to ring
  await bob.says('screen-idle', 'You are away');

  await phone.dial();
  await alice.screen('ringing');
  await phone.hears({ sounding: true });
  await alice.look('ringing');
  await alice.answer();
  await phone.hears({ beeps: true });
  await alice.hears({ beeps: true });
  await alice.press('mute');
  await phone.hears({ silence: true });
  await alice.press('mute');
  await alice.look('in-call');
  await phone.look('phone', 'phone');

  await bob.at('status-available').click();
  await bob.ready();
  await alice.choose('bob');
  await alice.press('add');
  await bob.screen('ringing');
  await alice.inCall('add-ringing');
  await phone.hears({ beeps: true }); // the caller goes on talking with Alice
  await bob.answer('three-way');
  await alice.inCall('three-way');
  await alice.look('three-way');

  // One party speaks: both others hear it.
  await alice.press('mute');
  await bob.press('mute');
  await alice.hears({ beeps: true });
  await bob.hears({ beeps: true });
  await phone.hears({ silence: true });
  await phone.mute();
  await bob.hears({ silence: true });
  await bob.press('mute');
  await alice.hears({ beeps: true });
  await phone.hears({ beeps: true });
  await bob.press('mute');
  await alice.press('mute');
  await bob.hears({ beeps: true });
  await phone.hears({ beeps: true });
  await alice.press('mute');
  await bob.press('mute');
  await phone.mute();

  await alice.press('leave');
  await bob.inCall('talking');
  await alice.screen('ended');
  await alice.look('ended');
  await phone.hears({ beeps: true });
  await bob.hears({ beeps: true });

  await bob.press('end');
  assert.equal((await s.stack.call(phone.sid)).status, 'in-progress', 'End call asks before it ends');
  await bob.look('confirm-end', '');
  await bob.press('confirm-end');
  await phone.says('Ended');
  await bob.screen('ended');
  await alice.press('dismiss-ended');
  await alice.ready();
}, { timeout: 240_000 });
