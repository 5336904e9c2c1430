// The page as it is deployed, byte for byte: no voice option, no script of ours, the policy of the template. The browser
// takes this machine for Twilio and for the page's distribution, both with TLS.
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
const twilio = ['voice-js.roaming.twilio.com', 'eventgw.us1.twilio.com', 'sdk.twilio.com'];

function certificate() {
  const dir = mkdtempSync(join(tmpdir(), 'e2e-tls-'));
  try {
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=e2e',
      '-addext', `subjectAltName=${twilio.map((h) => `DNS:${h}`).join()}`, '-keyout', join(dir, 'key'), '-out', join(dir, 'cert'),
    ], { stdio: 'ignore' });
    const [key, cert] = ['key', 'cert'].map((f) => readFileSync(join(dir, f)));
    const spki = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
    return { key, cert, pin: createHash('sha256').update(spki).digest('base64') };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** front is TLS before the phone network's port: requests, and the signalling's WebSocket. */
async function front(tls, address, seen) {
  const { hostname, port } = new URL(address);
  const server = https.createServer(tls, (request, answer) => {
    seen.push(`${request.method} ${request.headers.host}${request.url}`);
    const { url: path, method, headers } = request;
    const on = http.request({ hostname, port, path, method, headers }, (from) => {
      answer.writeHead(from.statusCode, from.headers);
      from.pipe(answer);
    });
    on.on('error', () => answer.destroy());
    request.pipe(on);
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

const scene = stage({
  before: async (here) => {
    here.seen = [];
    const tls = certificate();
    here.tls = await front(tls, here.stack.control, here.seen);
    const { port } = here.tls.address();
    const rules = [...twilio.map((h) => `MAP ${h}:443 127.0.0.1:${port}`), 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1'].join(', ');
    here.deployed = await launch([`--host-resolver-rules=${rules}`, `--ignore-certificate-errors-spki-list=${tls.pin}`]);
  },
  after: async (here) => {
    await here.deployed?.close();
    here.tls?.closeAllConnections();
    here.tls?.close();
  },
});

/** policy is the Content-Security-Policy that the template gives to the page, with the local sign-in in place of Cognito. */
async function policy(stack) {
  const local = (await fetch(`${stack.api}/`)).headers.get('content-security-policy');
  const control = stack.control.slice('http://'.length);
  return local.split(' ').filter((w) => w !== `http://${control}` && w !== `ws://${control}`).join(' ');
}

scene('the production bundle, byte for byte, takes a call from Twilio’s own hosts', async (s) => {
  const page = await s.page({}, s.deployed);
  const dist = join(root, 'frontend', 'dist');
  const csp = await policy(s.stack);
  assert.doesNotMatch(csp, /ws:\/\//, 'no plain WebSocket');
  const served = { body: readFileSync(join(dist, 'index.html')), headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': csp } };
  await page.route((url) => url.origin === s.stack.api && url.pathname === '/', (route) => route.fulfill(served));
  await page.route('**/config.json', async (route) => {
    const { signIn } = await (await route.fetch()).json();
    await route.fulfill({ json: { signIn } }); // and no voice options
  });
  const alice = await s.agent('alice', { page });
  assert.equal(await page.evaluate(() => String(WebSocket).includes('native code')), true, 'the WebSocket is the browser’s own');
  for (const script of await page.evaluate(() => [...document.scripts].map((e) => e.src))) {
    const path = new URL(script).pathname;
    const bytes = Buffer.from(await (await fetch(script)).arrayBuffer());
    assert.ok(bytes.equals(readFileSync(join(dist, path))), `${path} is the built file`);
  }
  await s.talking(alice);
  await alice.hears({ tones: [callerTone] });
  await alice.end();
  await alice.screen('ended');
  assert.ok(s.seen.includes('UPGRADE voice-js.roaming.twilio.com/signal'), s.seen.join('\n'));
  assert.ok(s.seen.some((r) => r.startsWith('GET sdk.twilio.com/js/client/sounds/')), s.seen.join('\n'));
  assert.ok(s.seen.some((r) => r.startsWith('POST eventgw.us1.twilio.com/v4/Endpoint')), s.seen.join('\n'));
});
