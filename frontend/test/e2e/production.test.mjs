// The page as it is deployed, byte for byte: no voice option, no script of the tests, the template's policy. The
// browser takes this machine for Twilio and for the page's distribution, both with TLS.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { launch } from './browser.mjs';
import { stage } from './scene.mjs';
import { root } from './stack.mjs';

const callerTone = 500;
const dist = join(root, 'frontend', 'dist');
// The host of the SDK's own sounds, sdk.twilio.com, cannot be resolved.
const twilio = ['voice-js.roaming.twilio.com'];

function certificate() {
  const dir = mkdtempSync(join(tmpdir(), 'e2e-tls-'));
  try {
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
        '/CN=e2e',
      '-addext', `subjectAltName=${twilio.map((h) => `DNS:${h}`).join()}`, '-keyout', join(dir, 'key'), '-out',
        join(dir, 'cert'),
    ], { stdio: 'ignore' });
    const [key, cert] = ['key', 'cert'].map((f) => readFileSync(join(dir, f)));
    const spki = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
    return { key, cert, pin: createHash('sha256').update(spki).digest('base64') };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** pass forwards a request to another address. */
function pass(address, request, answer) {
  const { hostname, port } = new URL(address);
  const { url: path, method, headers } = request;
  const on = http.request({ hostname, port, path, method, headers }, (from) => {
    answer.writeHead(from.statusCode, from.headers);
    from.pipe(answer);
  });
  on.on('error', () => answer.destroy());
  request.pipe(on);
}

/** asTwilio is TLS in front of the phone network: requests, and the WebSocket of the signalling. */
async function asTwilio(tls, address, seen) {
  const { hostname, port } = new URL(address);
  const server = https.createServer(tls, (request, answer) => {
    seen.push(`${request.method} ${request.headers.host}${request.url}`);
    pass(address, request, answer);
  });
  server.on('upgrade', (request, near, head) => {
    seen.push(`UPGRADE ${request.headers.host}${request.url}`);
    const far = net.connect(Number(port), hostname);
    const lines = request.rawHeaders.map((h, i) => (i % 2 ? `${h}\r\n` : `${h}: `)).join('');
    far.write(`GET ${request.url} HTTP/1.1\r\n${lines}\r\n`);
    far.write(head);
    near.pipe(far).pipe(near);
    for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => other.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

/** asBucket is the page's distribution: the built files, a config without voice options, and the API. */
async function asBucket(stack) {
  const csp = await policy(stack);
  const { signIn } = await (await fetch(`${stack.api}/config.json`)).json();
  const server = http.createServer((request, answer) => {
    const { pathname } = new URL(request.url, stack.api);
    if (pathname === '/config.json') {
      answer.setHeader('Content-Type', 'application/json');
      answer.end(JSON.stringify({ signIn }));
    } else if (pathname === '/') {
      answer.setHeader('Content-Type', 'text/html; charset=utf-8');
      answer.setHeader('Content-Security-Policy', csp);
      answer.end(readFileSync(join(dist, 'index.html')));
    } else pass(stack.api, request, answer);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

const scenario = stage({
  before: async (here) => {
    here.seen = [];
    const tls = certificate();
    here.fronts = [await asTwilio(tls, here.stack.control, here.seen), await asBucket(here.stack)];
    const [there, page] = here.fronts.map((f) => f.address().port);
    const rules = [
      ...twilio.map((h) => `MAP ${h}:443 127.0.0.1:${there}`),
      `MAP 127.0.0.1:${new URL(here.stack.api).port} 127.0.0.1:${page}`, 'MAP 127.0.0.1 127.0.0.1', 'MAP * ~NOTFOUND',
    ].join(', ');
    here.deployed = await launch([`--host-resolver-rules=${rules}`,
      `--ignore-certificate-errors-spki-list=${tls.pin}`]);
  },
  after: async (here) => {
    await here.deployed?.close();
    for (const f of here.fronts ?? []) {
      f.closeAllConnections();
      f.close();
    }
  },
});

/**
 * policy is the Content-Security-Policy that the template gives the page, with the local sign-in in place of Cognito.
 */
async function policy(stack) {
  const local = (await fetch(`${stack.api}/`)).headers.get('content-security-policy');
  const deployed = local.replaceAll(/ ws:[^ ;]+/g, '').replaceAll(` ${stack.control}`, '');
  assert.doesNotMatch(deployed, /\bws:/, 'no plain WebSocket');
  return deployed;
}

scenario('F205: the production bundle, byte for byte, rings with its own sounds and takes a call from Twilio’s own hosts', async (s) => {
  const page = await s.page({}, s.deployed);
  const alice = await s.agent('alice', { page, byHand: true });
  assert.equal(await page.evaluate(() => String(WebSocket).includes('native code')), true,
    'the WebSocket is the browser’s own');
  for (const script of await page.evaluate(() => [...document.scripts].map((e) => e.src))) {
    const path = new URL(script).pathname;
    const bytes = Buffer.from(await (await fetch(script)).arrayBuffer());
    assert.ok(bytes.equals(readFileSync(join(dist, path))), `${path} is the built file`);
  }
  const rings = await page.evaluate(() => performance.getEntriesByType('resource').map((e) => new URL(e.name)).filter((u) => u.pathname.startsWith('/sounds/')).map((u) => u.href));
  assert.equal(rings.length, 15, rings.join('\n'));
  for (const sound of rings) {
    const path = new URL(sound).pathname;
    const bytes = Buffer.from(await (await fetch(sound)).arrayBuffer());
    assert.ok(bytes.equals(readFileSync(join(dist, path))), `${path} is ours`);
  }
  await s.talking(alice);
  await alice.hears({ tones: [callerTone] });
  await alice.end();
  await alice.screen('ended');
  assert.ok(s.seen.includes('UPGRADE voice-js.roaming.twilio.com/signal'), s.seen.join('\n'));
  assert.ok(!s.seen.some((r) => r.includes('sdk.twilio.com')), s.seen.join('\n'));
  // The SDK sends its insights to the region that the phone network names as its home. The phone network's is "local", which the policy
  // does not list.
  alice.refused = alice.refused.filter((r) => !r.includes('https://eventgw.local.twilio.com/'));
});
