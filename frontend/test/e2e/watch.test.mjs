// A supervisor in a call, with sound: a coached consult, and what agents and the caller hear of it.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';

const scenario = stage({ settings: { RingSeconds: 60 } });
const callerTone = 500; // the only scripted leg that makes a sound; all browsers beep

scenario('F219 a coached consult: Alice alone hears the coach, and Bob does once the caller is with Bob', async (s) => {
  const { alice, bob, caller } = await s.consulting();
  const erin = await s.agent('erin');
  await erin.at('side-team').click();
  const row = erin.page.locator(`[data-call="${caller}"]`);
  await row.getByText('Private consult').waitFor();

  await erin.at(`team-listen-${caller}`).click();
  await erin.screen('watching');
  await erin.says('heard', 'Nobody hears you.');
  await erin.hears({ beeps: true }); // Alice and Bob, and not the caller, who hears music
  await alice.says('banner-supervisor', /listens to this call/);
  await bob.says('banner-supervisor', /listens to this call/);
  await erin.look('supervisor-listening', '');
  await alice.look('supervised', '');

  // With both agents muted, what beeps is the supervisor.
  await alice.press('mute');
  await bob.press('mute');
  await alice.hears({ silence: true });
  await erin.page.keyboard.press('Control+Shift+G');
  await erin.says('heard', 'Only Alice hears you.');
  await alice.says('banner-supervisor', /coaches: only you can hear them/);
  await bob.says('banner-supervisor', /coaches: only Alice can hear them/);
  await alice.hears({ beeps: true });
  await bob.hears({ silence: true });
  await s.stack.hears(caller, ['music']);

  await erin.at('barge').click();
  await erin.says('heard', 'Everybody who is not on hold hears you.');
  await bob.hears({ beeps: true });
  await s.stack.hears(caller, ['music']);
  await erin.at('coach').click();
  await erin.says('heard', 'Only Alice hears you.');
  await bob.hears({ silence: true });

  await alice.press('complete');
  await alice.screen('ended');
  await bob.inCall('talking');
  await erin.says('heard', 'Only Bob hears you.');
  await bob.hears({ tones: [callerTone], beeps: true });
  await erin.hears({ tones: [callerTone] });

  await erin.page.keyboard.press('Control+Shift+Digit6');
  await erin.screen('idle');
  await bob.at('banner-supervisor').waitFor({ state: 'detached' });
  await bob.hears({ tones: [callerTone], beeps: false });
  const { agents } = await s.stack.as('erin', 'GET', '/team');
  assert.equal(agents.list.find((a) => a.id === 'erin').call, undefined);
  await s.stack.does(caller, 'hangup');
  await bob.screen('ended');
}, { timeout: 480_000, deep: true });
