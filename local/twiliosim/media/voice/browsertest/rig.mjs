// What every browser test needs: the server, Chromium, pages, and words for a failure.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { executable } from '../../../../../frontend/test/chromium.mjs';

/** patience is for what comes at once on an idle machine; a busy one may need long. */
export const patience = 30_000;

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--allow-loopback-in-peer-connection',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required',
];

// start starts the server and a browser with a profile of its own, which as production takes
// the server for Twilio.
export async function start({ production = false } = {}) {
  const server = spawn('go', ['run', '.'], { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] });
  const { url, flags: mapped } = await new Promise((done, fail) => {
    server.stdout.once('data', (data) => done(JSON.parse(data)));
    server.once('exit', (code) => fail(new Error(`the server ended with ${code}`)));
  });
  const profile = await mkdtemp(join(tmpdir(), 'voice-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable(), args: production ? [...flags, ...mapped] : flags, headless: true, ignoreDefaultArgs: ['--mute-audio'],
  });
  return new Rig(server, url, profile, context, production);
}

export class Rig {
  constructor(server, url, profile, context, production) {
    Object.assign(this, { server, url, profile, context, production });
  }

  async stop() {
    await this.context.close();
    const ended = new Promise((done) => this.server.once('exit', done));
    this.server.stdin.end();
    await ended;
    await rm(this.profile, { recursive: true, force: true });
  }

  // script gives the phone network one order.
  async script(what, order = {}) {
    const response = await fetch(`${this.url}/script/${what}`, { method: 'POST', body: JSON.stringify(order) });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  // did waits until the clients have done something and returns its words.
  async did(prefix) {
    return (await this.script('await', { prefix, seconds: patience / 1000 })).split(' ');
  }

  async media() {
    return (await fetch(`${this.url}/control/media`)).json();
  }

  // agent opens a page that is online under an identity.
  async agent(identity, seconds) {
    const page = await this.context.newPage();
    page.complaints = [];
    page.on('console', (m) => ['error', 'warning'].includes(m.type()) && page.complaints.push(m.text().slice(0, 300)));
    page.on('pageerror', (e) => page.complaints.push(String(e)));
    page.asked = [];
    page.on('request', (r) => page.asked.push(r.url()));
    await page.goto(this.production ? `${this.url}/production` : this.url);
    await page.evaluate((order) => window.online(...order), [identity, seconds ?? 3600, this.production]);
    await this.did(`register ${identity}`);
    return new Agent(this, page, identity);
  }
}

export class Agent {
  constructor(rig, page, identity) {
    Object.assign(this, { rig, page, identity });
  }

  // saw waits for an event of the SDK and takes it away.
  async saw(event) {
    await this.until(`sees "${event}"`, (e) => {
      const at = window.events.indexOf(e);
      if (at >= 0) window.events.splice(at, 1);
      return at >= 0;
    }, event);
  }

  // ring lets a leg ring here and returns it.
  async ring(params) {
    const sid = await this.rig.script('ring', { identity: this.identity, params });
    await this.saw('incoming');
    return sid;
  }

  // talk lets a leg ring here, takes it and returns it.
  async talk() {
    const sid = await this.ring();
    await this.page.evaluate(() => window.call.accept());
    await this.rig.did(`answer ${sid}`);
    await this.saw('accept');
    return sid;
  }

  // hears waits until exactly these tones sound, out of those that tests use.
  async hears(...tones) {
    await this.until(`hears [${tones}]`, ([want, all]) => {
      window.lastHeard = window.heard(all);
      return JSON.stringify(window.lastHeard) === JSON.stringify(want);
    }, [tones, [500, 600, 700, 900]]);
  }

  async until(what, condition, argument) {
    try {
      await this.page.waitForFunction(condition, argument, { timeout: patience, polling: 50 });
    } catch (error) {
      throw new Error(`${this.identity} never ${what}: ${error.message.split('\n')[0]}\n${await this.state()}`,
        { cause: error });
    }
  }

  // state tells what a failed test wants to know.
  async state() {
    const here = await this.page.evaluate(() => ({ events: window.events, heard: window.lastHeard, device: window.device?.state, call: window.call?.status() }));
    return JSON.stringify({ [this.identity]: here, complaints: this.page.complaints, network: await this.rig.script('log'), media: await this.rig.media() }, null, 1);
  }

  async close() {
    await this.page.close({ runBeforeUnload: false });
  }
}
