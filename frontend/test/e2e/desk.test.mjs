// One desk: offers that nobody answers, a server that cannot be reached.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';
import { until } from './wait.mjs';

const scenario = stage();
const callerTone = 500;
const api = /\/(agents|transfer|token)(\/|$)/;

scenario('F017 an agent lets it ring: the next one rings, and after the second time the agent is Away', async (s) => {
  const [alice, bob] = await Promise.all([s.agent('alice'), s.agent('bob', { online: false })]);
  const first = await s.stack.dial();
  await alice.screen('ringing');
  await bob.goOnline();
  await s.stack.ringsOut('alice');
  await bob.screen('ringing');
  await alice.screen('idle');
  await alice.told('notice', '+1 212 555 0199: you missed the call.'); // F192
  await bob.press('answer');
  await bob.inCall('talking');
  await bob.hears({ tones: [callerTone] });
  const second = await s.stack.dial('+12125550198');
  await alice.screen('ringing');
  await s.stack.ringsOut('alice');
  await alice.says('screen-idle', 'You were set Away because calls rang here without an answer.');
  await alice.look('away');
  for (const sid of [first, second]) await s.stack.does(sid, 'hangup');
});

scenario('F059 Bob does not answer: the caller is back with Alice, who is told', async (s) => {
  const { alice, bob, caller } = await s.pair();
  await alice.consult('bob');
  await Promise.all([bob.screen('ringing'), alice.inCall('consult-ringing'), s.stack.hears(caller, ['music'])]);
  await s.stack.ringsOut('bob');
  await alice.inCall('talking');
  await alice.says('target', 'Bob did not answer.');
  await alice.hears({ tones: [callerTone] });
  await bob.screen('idle');
}, { deep: true });

scenario('F038 F053 the server is away, or newer than the page: the call goes on, the verbs say why', async (s) => {
  const { alice, caller } = await s.pair();
  await alice.hears({ tones: [callerTone] });
  await alice.choose('bob');
  await alice.page.route(api, (route) => route.abort());
  await alice.says('banner-api-down', 'Your call goes on');
  await alice.page.locator('[data-test=consult][aria-disabled=true]').waitFor();
  await alice.page.locator('#tip-consult').filter({ hasText: 'The server cannot be reached' }).waitFor({ state: 'attached' });
  await alice.look('api-down', '');
  await alice.hears({ tones: [callerTone] });
  await alice.page.unroute(api);
  await alice.at('banner-api-down').waitFor({ state: 'detached' });
  await alice.page.route(/\/transfer\?call=/,
    (route) => route.fulfill({ status: 426, contentType: 'application/problem+json',
      body: '{"type":"about:blank#old-page"}' }));
  await alice.press('hold');
  await alice.told('refusal', 'This page is out of date. Reload it after the call.');
  await alice.page.unroute(/\/transfer\?call=/);
  await alice.press('hold');
  await s.stack.hears(caller, ['music']);
  await alice.says('hears', 'Caller hears music');
  await alice.look('on-hold');
});

scenario('F038 answered, and the page is told nothing: it does not claim to know, and the agent gets out',
  async (s) => {
  const alice = await s.agent('alice');
  const caller = await s.stack.dial();
  await alice.screen('ringing');
  await s.stack.fault({ kind: 'rest', match: { event: 'CreateUserDefinedMessage' }, do: 'fail', status: 500 });
  await alice.page.route(api, (route) => route.abort());
  await alice.press('answer');
  await alice.says('screen-connecting', 'Caller may hear you');
  await alice.hears({ tones: [callerTone] });
  await alice.look('connecting-late', '');
  await alice.press('hang-up');
  await s.stack.hears(caller, ['music']);
  await s.stack.ask('DELETE', '/control/faults');
  await alice.page.unroute(api);
  await alice.answer(); // the caller is reserved for Alice
  await alice.hears({ tones: [callerTone] });
}, { deep: true });

scenario('F187 F188 the server is away in a talk and in a consult: the page says since when, and lets the agent out',
  async (s) => {
  const { alice, bob, caller } = await s.pair();
  await alice.page.route(api, (route) => route.abort());
  await alice.says('banner-api-down', 'You can hang up');
  await alice.says('hears', /Caller heard you at \d\d:\d\d/);
  await alice.says('you', 'Nothing newer is known');
  await alice.says('line', 'Waiting line not known');
  await alice.told('said-polite', 'The caller heard you at');
  await alice.told('said-urgent', 'The server cannot be reached');
  await alice.look('server-away', '');
  await alice.press('hang-up');
  await alice.press('confirm-hang-up');
  await alice.says('screen-ended', 'what became of the call is not known yet');
  await alice.page.unroute(api);
  await until('one of them to be rung', async () => (await alice.at('screen-ringing').isVisible())
    || bob.at('screen-ringing').isVisible());
  const [first, second] = await alice.at('screen-ringing').isVisible() ? [alice, bob] : [bob, alice];
  await first.answer();
  await first.hears({ tones: [callerTone] });
  await first.consult(second.id);
  await second.answer('consulting');
  await first.inCall('consulting');
  await first.page.route(api, (route) => route.abort());
  await first.says('banner-api-down', 'You can hang up');
  await first.page.locator('[data-test=leave]:not([aria-disabled])').waitFor();
  await first.press('leave');
  await second.inCall('talking');
  await second.hears({ tones: [callerTone] });
  await first.page.unroute(api);
  await s.stack.does(caller, 'hangup');
}, { deep: true });

scenario('F188 the server does not answer a press: the end of the call waits for nothing', async (s) => {
  const alice = await s.agent('alice');
  const caller = await s.talking(alice);
  const held = [];
  await alice.page.route(/\/transfer\?call=/,
    (route) => (route.request().postDataJSON().action === 'hold' ? held.push(route) : route.continue()));
  await alice.press('hold');
  await alice.page.locator('[data-test=hold][aria-busy=true]').waitFor();
  await alice.end();
  await alice.screen('ended');
  assert.equal(held.length, 1);
  await until('the caller to be let go', async () => !(await s.stack.calls()).some((c) => c.sid === caller));
});
