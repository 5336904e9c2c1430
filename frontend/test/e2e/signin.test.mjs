// F196: the sign-in survives reloads, bookmarks and network failures.
import assert from 'node:assert/strict';
import { stage } from './scene.mjs';
import { Desk } from './browser.mjs';

const scenario = stage();

/** at opens the page and goes on to the issuer's; it returns the address of the sign-in page. */
async function toIssuer(s, page) {
  await page.goto(`${s.stack.api}/`);
  await page.locator('[data-test="sign-in"]').click();
  await page.locator('button[name=agent][value="alice"]').waitFor();
  return page.url();
}

const choose = (page, id) => page.locator(`button[name=agent][value="${id}"]`).click();
const seat = (s, page) => {
  const desk = new Desk(s.stack, page, 'alice');
  s.seats.push(desk);
  return desk;
};

scenario('F196: Back to the sign-in page, and a second answer to the same request, by the same or another',
  async (s) => {
  const page = await s.page();
  const desk = seat(s, page);
  await toIssuer(s, page);
  await choose(page, 'alice');
  await desk.screen('offline');
  await page.goBack();
  await choose(page, 'alice');
  await desk.screen('offline');
  assert.equal(new URL(page.url()).search, '', 'no code stays in the address');
  await page.goBack();
  await choose(page, 'bob');
  await desk.screen('offline');
  await page.locator('.agent-name', { hasText: 'Bob' }).waitFor();
  await page.reload();
  await desk.screen('offline');
});

scenario('F196: a bookmark of the sign-in page, opened in another window', async (s) => {
  const bookmark = await toIssuer(s, await s.page());
  const page = await s.page();
  const desk = seat(s, page);
  await page.goto(bookmark);
  await choose(page, 'alice');
  // The page starts the sign-in again by itself; the issuer may know the agent, or ask.
  const who = page.locator('button[name=agent][value="alice"]');
  await who.or(desk.at('screen-offline')).waitFor();
  if (await who.isVisible()) await choose(page, 'alice');
  await desk.screen('offline');
}, { deep: true });

scenario('F196: the token endpoint fails once on the network, once after it took effect, and always', async (s) => {
  const page = await s.page();
  const desk = seat(s, page);
  const { token_endpoint: token } = await (await fetch(`${s.stack.issuer}/.well-known/openid-configuration`)).json();
  let fail = ['before'];
  await page.route(token, async (route) => {
    const how = fail.shift();
    if (how === 'after') await route.fetch();
    if (how) return route.abort();
    return route.continue();
  });
  await toIssuer(s, page);
  await choose(page, 'alice');
  await desk.screen('offline');
  assert.deepEqual(fail, []);

  const sign = async () => {
    await desk.press('sign-out');
    await desk.at('sign-in').click();
    const who = page.locator('button[name=agent][value="alice"]');
    const failed = desk.at('screen-signed-out').filter({ hasText: 'cannot be reached' });
    await who.or(desk.at('screen-offline')).or(failed).waitFor();
    if (await who.isVisible()) await choose(page, 'alice');
  };
  fail = ['after'];
  await sign();
  const who = page.locator('button[name=agent][value="alice"]');
  await who.or(desk.at('screen-offline')).waitFor();
  if (await who.isVisible()) await choose(page, 'alice');
  await desk.screen('offline');

  fail = Array(20).fill('before');
  await sign();
  await desk.says('screen-signed-out', 'The sign-in page cannot be reached. Try again in a moment.');
  fail = [];
  await desk.at('sign-in').click();
  await who.or(desk.at('screen-offline')).waitFor();
  if (await who.isVisible()) await choose(page, 'alice');
  await desk.screen('offline');
});
