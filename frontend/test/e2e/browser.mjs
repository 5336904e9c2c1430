// Chromium, and the two kinds of page that people use: an agent's desk and a caller's telephone.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { executable } from '../chromium.mjs';
import { patience, until } from './wait.mjs';

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--allow-loopback-in-peer-connection',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required',
  '--audio-buffer-size=2048', // frames: fewer and larger portions are less work
];
const pictures = join(import.meta.dirname, '..', '..', '..', 'docs', 'pictures');
const draws = Boolean(process.env.PICTURES);
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const looked = new Set();

/**
 * launch starts Chromium; `more` flags override ours, `without` are default flags of Playwright's that are left out.
 */
export function launch(more = [], without = []) {
  return chromium.launch({
    executablePath: executable(), headless: true, ignoreDefaultArgs: ['--mute-audio', ...without],
    args: [...flags, ...more],
  });
}

/** open makes a browser profile for one person, with ears.js and eyes.js installed. */
export async function open(browser, settings = {}) {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 800 }, colorScheme: 'light', deviceScaleFactor: 1, reducedMotion: 'reduce',
      locale: 'en-GB', timezoneId: 'UTC', ...settings,
  });
  context.setDefaultTimeout(patience);
  context.setDefaultNavigationTimeout(3 * patience); // the first pages start while the browser and the stack still do
  for (const file of ['ears.js', 'eyes.js']) await context.addInitScript({ path: join(import.meta.dirname, file) });
  return context;
}

/** visibleWords are the titles and the names of all controls, without numbers; it runs in the page. */
function visibleWords() {
  const named = [...document.querySelectorAll('h1, h2, h3, h4, dt, button, legend, [data-test=hears], [data-test=you]')];
  const words = named.filter((e) => e.checkVisibility()).map((e) => (e.innerText || e.ariaLabel || '').replace(/\d+/g,
    '0').replace(/\s+/g, ' ').trim());
  return [...new Set(words.filter(Boolean))];
}

/** Seat is one page with somebody at it. */
class Seat {
  constructor(stack, page, who) {
    Object.assign(this, { stack, page, who });
    this.refused = []; // requests refused by the page's policy
    this.broken = []; // exceptions thrown by scripts
    page.on('console', (m) => {
      if (/policy refused|Content Security Policy/i.test(m.text())) this.refused.push(m.text());
    });
    page.on('pageerror', (e) => this.broken.push(String(e)));
  }

  /** hears waits until the page plays exactly these tones and, if asked, the beeps of other microphones. */
  async hears({ tones = [], beeps, sounding, silence }, ms = patience) {
    let last;
    const right = (h) => {
      if (h.line !== 'open') return false;
      if (silence) return h.loudest < -55;
      if (sounding) return h.share > 0.5 && h.tones.length === 0;
      return h.tones.join() === tones.join() && (beeps === undefined || h.beeps === beeps);
    };
    const want = JSON.stringify({ tones, beeps, sounding, silence });
    await until(`${this.who} to hear ${want}`, async () => {
      last = await this.page.evaluate(() => window.heard(800));
      return right(last);
    }, { ms, every: 10, otherwise: () => `${this.who} hears ${JSON.stringify(last)}` });
    return last;
  }

  /** look runs axe on a state once in a run, and checks that the README's picture of it is still true. */
  async look(name, picture = name) {
    if (looked.has(name)) return;
    looked.add(name);
    if (picture) await this.picture(picture);
    if (!(await this.page.evaluate(() => 'axe' in window))) await this.page.evaluate(await readFile(axe, 'utf8'));
    const { violations } = await this.page.evaluate(() => window.axe.run({ resultTypes: ['violations'], selectors: false }));
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), [], `axe on ${name}`);
  }

  /**
   * picture draws the state when asked to; otherwise it compares the page's words with those of the day when the
   * picture was drawn. Pixels would differ between machines, and numbers between runs.
   */
  async picture(name, { fullPage = true } = {}) {
    const [png, txt] = ['png', 'txt'].map((kind) => join(pictures, `${name}.${kind}`));
    const words = `${(await this.page.evaluate(visibleWords)).join('\n')}\n`;
    if (draws) {
      await mkdir(pictures, { recursive: true });
      await this.page.mouse.move(0, 0);
      await this.page.screenshot({ path: png, animations: 'disabled', fullPage });
      await writeFile(txt, words);
    }
    assert.equal(words, await readFile(txt, 'utf8'),
      `docs/pictures/${name}.png is out of date: PICTURES=1 npm run e2e --prefix frontend`);
  }

  async state() {
    const text = await this.page.locator('body').innerText({ timeout: 2000 }).catch((e) => `(${e.message.split('\n')[0]})`);
    return `-- ${this.who} at ${this.page.url().split('?')[0]}\n${text.replace(/\n+/g, ' | ').slice(0,
      1500)}\nrefused ${JSON.stringify(this.refused)} broken ${JSON.stringify(this.broken)}`;
  }
}

/** exactly matches a text by its letters: Playwright finds a string in any case, so "Saved" in "Not saved yet". */
export function exactly(words) {
  if (words instanceof RegExp) return words;
  return new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'));
}

/** Desk is an agent at their page. */
export class Desk extends Seat {
  constructor(stack, page, id) {
    super(stack, page, id);
    this.id = id;
    this.read = {}; // by name: how many of the page's fleeting texts the test has read
    page.on('domcontentloaded', () => { this.read = {}; });
  }

  at(name) {
    return this.page.locator(`[data-test="${name}"]`);
  }

  /** signIn goes to the issuer and comes back; the issuer knows the agent if the browser has been there before. */
  async signIn() {
    await this.page.goto(`${this.stack.api}/`);
    await this.at('sign-in').click();
    const who = this.page.locator(`button[name=agent][value="${this.id}"]`);
    const there = this.at('screen-offline');
    await who.or(there).waitFor();
    if (await who.isVisible()) await who.click();
    await there.waitFor();
    return this;
  }

  /** enter opens the page with a session that was begun elsewhere: no page is loaded but this one. */
  async enter(first = 'offline') {
    await this.page.addInitScript(([origin, key, value]) => {
      if (location.origin !== origin || sessionStorage.getItem('entered')) return;
      sessionStorage.setItem('entered', 'once'); // who signs out stays signed out
      sessionStorage.setItem(key, value);
    }, [this.stack.api, ...await this.stack.session(this.id)]);
    await this.page.goto(`${this.stack.api}/`);
    await this.at(`screen-${first}`).waitFor();
    return this;
  }

  /** goOnline presses again, as people do, when the server was too busy. */
  async goOnline() {
    await this.at('go-online').click();
    await until(`the server to have ${this.id} online`, async () => {
      const { agent } = await this.stack.as(this.id, 'GET', '/agents/me');
      if (agent.status === 'available') return true;
      if (await this.at('refusal').isVisible()) await this.at('status-available').click();
      return false;
    }, { ms: 2 * patience, every: 200 });
    await this.ready();
    return this;
  }

  /** ready waits until callers can ring here. */
  async ready(ms) {
    await this.screen('idle', ms);
    await this.page.locator('[data-test=status] .presence.available').waitFor({ timeout: ms });
  }

  screen(name, ms = patience) {
    return this.at(`screen-${name}`).waitFor({ timeout: ms });
  }

  /** state waits for a state of the call, in the server's words. */
  inCall(state, ms = patience) {
    return this.page.locator(`[data-test=screen-in-call][data-state="${state}"]`).waitFor({ timeout: ms });
  }

  press(name) {
    return this.at(name).click();
  }

  /** answer takes the ringing call and waits until its state is talking. */
  async answer(state = 'talking') {
    await this.screen('ringing');
    await this.press('answer');
    await this.inCall(state);
  }

  /** choose chooses a colleague in the directory. */
  async choose(id) {
    await this.page.locator(`[data-test="target-${id}"]:not([aria-disabled])`).check({ force: true });
  }

  async consult(id, note = '') {
    await this.choose(id);
    if (note) await this.at('note-field').fill(note);
    await this.press('consult');
  }

  async end() {
    await this.press('end');
    await this.press('confirm-end');
  }

  says(name, words, ms = patience) {
    return this.at(name).filter({ hasText: exactly(words) }).waitFor({ timeout: ms });
  }

  /**
   * told waits until the page has shown or read out a text that it takes away again: a notice, a refusal, a banner,
   * or what a screen reader says. It may be gone by now; one that the test has read before does not count.
   */
  async told(name, words, ms = patience) {
    const right = (t) => t.name === name && (words instanceof RegExp ? words.test(t.text) : t.text.includes(words));
    let all = [];
    return until(`${this.who} to be told by ${name}: ${words}`, async () => {
      all = await this.page.evaluate(() => window.told);
      const at = all.findIndex((t, i) => i >= (this.read[name] ?? 0) && right(t));
      if (at >= 0) this.read[name] = at + 1;
      return all[at];
    }, { ms, otherwise: () => `told: ${JSON.stringify(all.filter((t) => t.name === name).map((t) => t.text))}` });
  }

  /** crash kills the page's process: it sends nothing at its end. */
  async crash() {
    const session = await this.page.context().newCDPSession(this.page);
    const gone = this.page.waitForEvent('crash');
    session.send('Page.crash').catch(() => undefined);
    await gone;
  }
}

/** Phone is a caller at the telephone's page. */
export class Phone extends Seat {
  async openAt(address) {
    await this.page.goto(`${address}/phone/`);
    await this.says('Ready');
    return this;
  }

  async dial() {
    await this.page.locator('#call').click();
    await this.says('Connected');
    this.sid = await until('the caller to be connected',
      async () => (await this.stack.calls()).findLast((c) => c.direction === 'inbound')?.sid);
  }

  says(words, ms = patience) {
    return this.page.waitForFunction((w) => document.getElementById('state').textContent.startsWith(w), words,
      { timeout: ms });
  }

  hangUp() {
    return this.page.locator('#hangup').click();
  }

  mute() {
    return this.page.locator('#mute').click();
  }
}
