// The local stack as its own program, and the control API of the phone network.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './wait.mjs';

export const root = join(import.meta.dirname, '..', '..', '..');
const program = join(root, '.run', 'e2e', 'warmtransfer');
const startMs = 180_000; // the first time, the functions are compiled

/** start runs the program on free ports; `settings` are parameters of the template. */
export async function start(settings = {}) {
  if (!existsSync(program)) throw new Error(`${program} is not built: npm run e2e --prefix frontend builds it`);
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-set', `${name}=${value}`]);
  const child = spawn(program, ['-port', '0', '-log', '-', ...flags], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => { said = (said + text).slice(-200_000); });
  }
  process.once('exit', () => child.kill('SIGKILL'));
  const control = await until('the stack to say where it is', () => {
    if (child.exitCode !== null) throw new Error(`the stack ended with ${child.exitCode}:\n${said}`);
    return /A caller\s+(\S+)\/phone\//.exec(said)?.[1];
  }, { ms: startMs, otherwise: () => said });
  const parts = await (await fetch(`${control}/control`)).json();
  return new Stack(child, { control, ...parts }, () => said);
}

class Stack {
  constructor(child, parts, said) {
    Object.assign(this, { child, said }, parts);
    this.beats = new Map();
  }

  async stop() {
    for (const timer of this.beats.values()) clearInterval(timer);
    if (this.child.exitCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGINT');
      const kill = setTimeout(() => this.child.kill('SIGKILL'), 8000);
      await ended;
      clearTimeout(kill);
    }
  }

  async ask(method, path, body, { base = this.control, headers = {}, tries = 3 } = {}) {
    const answer = await fetch(base + path, {
      method, headers: body === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(20_000),
    });
    const text = await answer.text();
    // A store that is slow for a moment on a busy machine is normal; its contract is that a request may be sent again.
    if (answer.status === 503 && tries > 0) return this.ask(method, path, body, { base, headers, tries: tries - 1 });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** as asks the agents' API as an agent, without a page. */
  async as(agent, method, path, body) {
    const { access_token } = await this.ask('POST', '/control/tokens', { agent });
    return this.ask(method, path, body, { base: this.api, headers: { Authorization: `Bearer ${access_token}` } });
  }

  /**
   * session signs an agent in without a browser, by the code flow with PKCE, as the page does; it returns the key and
   * the value under which oidc-client-ts keeps the tokens.
   */
  async session(agent) {
    const { signIn: { authority, clientId, scope } } = await this.ask('GET', '/config.json', undefined,
      { base: this.api });
    const verifier = randomBytes(32).toString('base64url');
    const client = { client_id: clientId, redirect_uri: `${this.api}/` };
    const post = (path, form) => fetch(authority + path,
      { method: 'POST', body: new URLSearchParams({ ...client, ...form }), redirect: 'manual' });
    const back = await post('/authorize', { response_type: 'code', scope, agent, code_challenge_method: 'S256',
      code_challenge: createHash('sha256').update(verifier).digest('base64url') });
    const code = new URL(back.headers.get('location')).searchParams.get('code');
    const { expires_in: life, ...tokens } = await (await post('/token',
      { grant_type: 'authorization_code', code, code_verifier: verifier })).json();
    const profile = JSON.parse(Buffer.from(tokens.id_token.split('.')[1], 'base64url'));
    return [`agent-desk.user:${authority}:${clientId}`,
      JSON.stringify({ ...tokens, profile, expires_at: Math.floor(Date.now() / 1000) + life })];
  }

  calls(live = true) {
    return this.ask('GET', `/control/calls${live ? '?live=true' : ''}`);
  }

  async call(sid) {
    return this.ask('GET', `/control/calls/${sid}`);
  }

  /** dial lets an outside phone ring the number; the caller's leg plays a tone of its own. */
  async dial(from = '+12125550199') {
    const { sid } = await this.ask('POST', '/control/calls', { from, to: this.number });
    return sid;
  }

  does(sid, action) {
    return this.ask('POST', `/control/calls/${sid}/${action}`);
  }

  fault(rule) {
    return this.ask('POST', '/control/faults', rule);
  }

  async requests(after = 0) {
    return this.ask('GET', `/control/requests?after=${after}`);
  }

  /** scripted makes an agent without a browser: available, ringing, sending heartbeats. */
  async scripted(id) {
    await this.ask('POST', '/control/clients', { identity: id });
    await this.as(id, 'PUT', '/agents/me', { status: 'available' });
    const beat = () => this.as(id, 'PUT', '/agents/me', { status: 'available', beat: true }).catch(() => undefined);
    clearInterval(this.beats.get(id));
    this.beats.set(id, setInterval(beat, 5000).unref());
    return id;
  }

  /** leg waits for the live leg to a client, ringing or answered. */
  leg(id, status = 'ringing', ms) {
    return until(`a leg to ${id} that is ${status}`, async () => {
      const found = (await this.calls()).findLast((c) => c.to === `client:${id}` && c.status === status);
      return found?.sid;
    }, { ms, otherwise: () => this.heard() });
  }

  /** ringsOut ends the ring at a client's browser without an answer, as its time does, and without waiting for that. */
  async ringsOut(id) {
    return this.does(await this.leg(id), 'ring-out');
  }

  /** over waits until a leg has ended and returns its last status. */
  over(sid, ms) {
    return until(`leg ${sid} to end`, async () => {
      const { status } = await this.call(sid);
      return ['queued', 'ringing', 'in-progress'].includes(status) ? undefined : status;
    }, { ms, otherwise: () => this.heard() });
  }

  /** hears waits until a leg hears exactly this, in the words of the control API. */
  hears(sid, want, ms) {
    const sorted = [...want].sort().join(' ');
    return until(`leg ${sid} to hear ${sorted}`, async () => {
      const { hears } = await this.call(sid);
      return hears.map((h) => (h.startsWith('speech:') ? 'speech' : h)).sort().join(' ') === sorted;
    }, { ms, otherwise: () => this.heard() });
  }

  /** keeps waits until a leg hears what a caller hears who waits: music, or words between two pieces of it. */
  keeps(sid, ms) {
    return until(`leg ${sid} to hear music or words`, async () => {
      const { hears } = await this.call(sid);
      return hears.length > 0 && hears.every((h) => h === 'music' || h.startsWith('speech:'));
    }, { ms, otherwise: () => this.heard() });
  }

  async heard() {
    const calls = await this.calls(false).catch((e) => [String(e)]);
    return calls.slice(-12).map((c) => JSON.stringify(c)).join('\n');
  }

  /** story is the history that a failed test prints. */
  async story() {
    const records = (await this.requests().catch(() => null)) ?? [];
    const hooks = records.filter((r) => r.kind !== 'warning').slice(-30)
      .map((r) => `${r.at.slice(11, 23)} ${r.kind} ${r.event} ${r.sid ?? ''} ${r.method} ${r.url} -> ${r.status} ${Math.round(r.ms)} ms ${r.fault ?? ''} ${r.error ?? ''} ${(r.response ?? '').slice(0, 300)}`);
    const media = await this.ask('GET', '/control/media').catch(String);
    return [
      '-- what each party hears', await this.heard(), '-- the last webhooks and REST calls', ...hooks,
      '-- media', JSON.stringify(media), '-- the stack says', this.said().slice(-3000),
    ].join('\n');
  }

  /** clear ends everything, so that the next test begins with an empty queue. */
  async clear() {
    for (const timer of this.beats.values()) clearInterval(timer);
    this.beats.clear();
    await this.ask('DELETE', '/control/faults');
    for (const agent of ['alice', 'bob', 'carol', 'dave']) {
      const { agent: { presence } } = await this.as(agent, 'GET', '/agents/me').catch(() => ({ agent: {} }));
      if (presence && presence !== 'away') await this.as(agent, 'PUT', '/agents/me', { status: 'away' });
    }
    for (const { identity, scripted } of await this.ask('GET', '/control/clients')) {
      if (scripted) await this.ask('DELETE', `/control/clients/${identity}`);
    }
    await until('the line to be empty', async () => {
      const calls = await this.calls();
      for (const c of calls) await this.does(c.sid, 'hangup').catch(() => undefined);
      return calls.length === 0;
    }, { otherwise: () => this.story() });
  }
}
