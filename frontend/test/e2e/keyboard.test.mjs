// A whole transfer without a mouse: Tab, Enter, space and arrows, and the shortcuts.
import assert from 'node:assert/strict';
import { Desk } from './browser.mjs';
import { stage } from './scene.mjs';
import { until } from './wait.mjs';

const scenario = stage({ settings: { RingSeconds: 120 } });
const callerTone = 500;

/** Hands is an agent who has only a keyboard. */
class Hands extends Desk {
  key(name) {
    return this.page.keyboard.press(name);
  }

  /** reach presses Tab until the control has the focus. */
  async reach(wanted) {
    for (let steps = 0; steps < 80; steps++) {
      await this.key('Tab');
      if (await this.page.evaluate((w) => document.activeElement?.matches(w), wanted)) return;
    }
    throw new Error(`${this.who} does not come to ${wanted} with Tab`);
  }

  async presses(name, key = 'Enter') {
    await this.reach(`[data-test="${name}"]`);
    await this.key(key);
  }

  /** holds keeps Enter down for as long as a page needs to change under it. */
  async holds(name) {
    await this.reach(`[data-test="${name}"]`);
    for (let i = 0; i < 12; i++) {
      await this.page.keyboard.down('Enter'); // after the first, it repeats
      await new Promise((done) => setTimeout(done, 30));
    }
    await this.page.keyboard.up('Enter');
  }

  async signIn() {
    await this.page.goto(`${this.stack.api}/`);
    await this.at('sign-in').waitFor();
    await this.presses('sign-in');
    const who = `button[name=agent][value="${this.id}"]`;
    await this.page.locator(who).waitFor();
    await this.reach(who);
    await this.key('Enter');
    await this.screen('offline');
  }

  /** atTitle asserts that the new screen's title has the focus, and not a button in the place of the old one. */
  atTitle() {
    return until(`the title to have the focus of ${this.who}`,
      () => this.page.evaluate(() => document.activeElement?.id === 'title'),
      { otherwise: () => this.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200)) });
  }
}

async function sit(s, id) {
  const hands = new Hands(s.stack, await s.page(), id);
  s.seats.push(hands);
  await hands.signIn();
  return hands;
}

scenario('F052 a whole transfer with the keyboard alone, and a held Enter presses once', async (s) => {
  const [alice, bob] = await Promise.all([sit(s, 'alice'), sit(s, 'bob')]);
  const statuses = [];
  alice.page.on('request', (r) => { if (r.method() === 'PUT'
    && !r.postDataJSON().beat) statuses.push(r.postDataJSON().status); });
  await alice.holds('go-online');
  await alice.ready();
  await alice.atTitle();
  await s.stack.dial();
  await alice.screen('ringing');
  await bob.key('Control+Shift+S');
  await alice.presses('answer', 'Space');
  await alice.inCall('talking');
  await alice.atTitle();
  await bob.ready();

  await alice.key('Control+Shift+C'); // no target is chosen yet: the focus goes to the list
  await alice.page.keyboard.type('bo');
  await alice.page.locator('[data-test="target-bob"]:not([aria-disabled])').waitFor();
  await alice.presses('target-bob', 'Space');
  await alice.key('Shift+Tab');
  for (let i = 0; i < 2; i++) await alice.key('Backspace'); // Bob's row stays, and so does the choice
  await alice.reach('[data-test="target-bob"]:checked');
  await alice.key('ArrowUp');
  await alice.key('ArrowDown');
  await alice.reach('[data-test="note-field"]');
  await alice.page.keyboard.type('Asks for a refund');
  await alice.presses('consult');
  await bob.screen('ringing');
  await bob.says('note', 'Asks for a refund');
  await bob.key('Control+Shift+A');
  await Promise.all([alice.inCall('consulting'), bob.inCall('consulting')]);
  await alice.key('Control+Shift+2');
  await alice.inCall('swapped');
  await alice.key('Control+Shift+2');
  await Promise.all([alice.inCall('consulting'), bob.inCall('consulting')]);
  await bob.key('Control+Shift+4'); // not Bob's to press
  await alice.presses('complete');
  await alice.screen('ended');
  await alice.atTitle();
  await bob.inCall('talking');
  await bob.hears({ tones: [callerTone] });

  await alice.holds('dismiss-ended');
  await alice.screen('idle');
  await alice.atTitle();
  assert.deepEqual(statuses, ['available'], 'a held Enter presses nothing else');

  await bob.key('Control+Shift+1');
  await bob.at('confirm-end').waitFor();
  await bob.presses('confirm-end');
  await bob.screen('ended');
});
