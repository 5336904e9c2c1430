// A transfer by one press, in real browsers: to a colleague, and to the head of the line.
import { stage } from './scene.mjs';

const scenario = stage({ settings: { RingSeconds: 120 } }); // axe runs while it rings, and may take long

scenario('F240 Transfer now: music, Alice is out, Bob declines, and the caller is back; then Bob takes the call', async (s) => {
  const [alice, bob, phone] = await Promise.all([s.agent('alice'), s.agent('bob', { online: false }), s.phone()]);
  await phone.dial();
  await alice.answer();
  await bob.goOnline();
  await phone.hears({ beeps: true });
  await alice.choose('bob');
  await alice.at('note-field').fill('Asks for a refund of order 1042');
  await alice.look('blind-chosen', '');
  await alice.press('blind');
  await alice.screen('ended');
  await alice.says('screen-ended', 'Transferred to Bob');
  await s.stack.hears(phone.sid, ['music']);
  await bob.screen('ringing');
  await bob.says('note', 'Asks for a refund of order 1042');
  await bob.says('screen-ringing', 'You talk with the caller at once; Alice has left.');
  await bob.look('blind-ringing', '');
  await bob.press('decline-busy');
  await alice.screen('ringing');
  await alice.says('screen-ringing', 'Your caller, back again');
  await alice.says('screen-ringing', 'Bob declined the call: busy.');
  await alice.answer();
  await phone.hears({ beeps: true });

  await alice.choose('bob');
  await alice.press('blind');
  await bob.screen('ringing');
  await bob.answer('talking');
  await phone.hears({ beeps: true });
  await bob.hears({ beeps: true });
  await alice.screen('ended');
  await alice.says('screen-ended', 'Handed over to Bob');
  await phone.hangUp();
  await bob.screen('ended');
});

scenario('F241 To the line: nobody is free, the caller keeps the music, and the next agent reads the note', async (s) => {
  const [alice, phone] = await Promise.all([s.agent('alice'), s.phone()]);
  await phone.dial();
  await alice.answer();
  await phone.hears({ beeps: true });
  await alice.at('note-field').fill('Wants to speak to accounts');
  await alice.press('requeue');
  await alice.screen('ended');
  await alice.says('screen-ended', 'You gave the caller back to the line');
  await s.stack.hears(phone.sid, ['music']);
  const bob = await s.agent('bob', { online: false });
  await bob.press('go-online');
  await bob.screen('ringing');
  await bob.says('screen-ringing', 'A caller whom Alice gave back');
  await bob.says('note', 'Wants to speak to accounts');
  await bob.answer('talking');
  await bob.says('target', 'Alice gave the caller back to the line.');
  await phone.hears({ beeps: true });
  await phone.hangUp();
  await bob.screen('ended');
}, { deep: true });
