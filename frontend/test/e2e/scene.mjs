// One stack and one browser for a file of tests; each test gets an empty queue, people, and a report of what went
// wrong.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Desk, launch, open, Phone } from './browser.mjs';
import { start } from './stack.mjs';

const shots = join(import.meta.dirname, '..', '..', '..', '.run', 'e2e');

/** part says which scenarios are played: all, or those of make test (short) or of make test-deep (deep). */
const part = process.env.SCENARIOS ?? 'all';

/**
 * stage prepares a file: scenario(name, play) is a test in it. Whatever `before` sets on its argument, each test has.
 * A scenario is deep if another one shows the same mechanism in a browser, and local/scenario the same fault.
 */
export function stage({ settings = { RingSeconds: 15 }, before: more, after: less } = {}) {
  const here = {};
  before(async () => {
    here.stack = await start(settings);
    here.browser = await launch();
    await more?.(here);
  }, { timeout: 240_000 });
  after(async () => {
    await here.browser?.close();
    await less?.(here);
    await here.stack?.stop();
  }, { timeout: 30_000 });

  return function scenario(name, play, { timeout = 120_000, deep = false } = {}) {
    if (part !== 'all' && deep !== (part === 'deep')) return;
    test(name, { timeout }, async (t) => {
      const s = new Scene(here);
      try {
        await play(s, t);
        s.unharmed();
      } catch (error) {
        await s.explain(name, error);
        throw error;
      } finally {
        await s.close();
      }
    });
  };
}

class Scene {
  constructor(here) {
    Object.assign(this, here);
    this.seats = [];
    this.contexts = [];
  }

  async page(settings, browser = this.browser) {
    const context = await open(browser, settings);
    this.contexts.push(context);
    return context.newPage();
  }

  /**
   * agent opens a desk and, unless told otherwise, goes online. With byHand they sign in at the issuer's page; else the
   * page finds itself signed in, on its `first` screen.
   */
  async agent(id, { online = true, page, browser, settings, byHand = false, first } = {}) {
    const desk = new Desk(this.stack, page ?? (await this.page(settings, browser)), id);
    this.seats.push(desk);
    await (byHand ? desk.signIn() : desk.enter(first));
    return online ? desk.goOnline() : desk;
  }

  /** agents opens several desks at the same time. */
  agents(...ids) {
    return Promise.all(ids.map((id) => this.agent(id)));
  }

  async phone() {
    const phone = new Phone(this.stack, await this.page({ viewport: { width: 400, height: 720 } }), 'the caller');
    this.seats.push(phone);
    return phone.openAt(this.stack.control);
  }

  /** talking is a scripted caller in a call with an agent at a page. */
  async talking(desk, from) {
    const caller = await this.stack.dial(from);
    await desk.answer();
    return caller;
  }

  /** pair is Alice in a call with a scripted caller, and Bob at a desk. */
  async pair() {
    const [alice, bob] = await Promise.all([this.agent('alice', { online: true }),
      this.agent('bob', { online: false })]);
    const caller = await this.stack.dial();
    await alice.screen('ringing'); // so that it rings here and not at Bob's
    await Promise.all([alice.answer(), bob.goOnline()]);
    return { alice, bob, caller };
  }

  /** consulting is a pair in a consult, whose caller hears music. */
  async consulting() {
    const p = await this.pair();
    await p.alice.consult('bob');
    await p.bob.answer('consulting');
    await p.alice.inCall('consulting');
    return p;
  }

  unharmed() {
    for (const { who, refused, broken } of this.seats) {
      assert.deepEqual(refused, [], `the policy of the page of ${who} was violated`);
      assert.deepEqual(broken, [], `a script of the page of ${who} threw`);
    }
  }

  async explain(name, error) {
    const file = join(shots, name.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 60));
    await mkdir(shots, { recursive: true });
    const states = [];
    for (const [i, seat] of this.seats.entries()) {
      states.push(await seat.state());
      await seat.page.screenshot({ path: `${file}-${i}-${seat.who.replace(/\W/g, '')}.png`,
        timeout: 3000 }).catch(() => undefined);
    }
    const told = [...states, await this.stack.story(), `-- pictures: ${file}-*.png`].join('\n');
    error.message += `\n${told}`;
    error.stack += `\n${told}`;
  }

  async close() {
    await Promise.all(this.contexts.map((c) => c.close()));
    await this.stack.clear();
  }
}
