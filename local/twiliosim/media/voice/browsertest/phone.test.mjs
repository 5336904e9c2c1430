// The caller's telephone in a real browser, with the phone network played by the test.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { patience, start } from './rig.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
// With PICTURES=directory every state is drawn there.
const pictures = process.env.PICTURES;

let rig;
before(async () => { rig = await start(); });
after(() => rig?.stop());

// withPhone opens the telephone and, at the end, asks whether the page complained.
const withPhone = (name, run) => test(name, { timeout: 4 * patience }, async (t) => {
  const page = await rig.context.newPage();
  const complaints = [];
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && complaints.push(m.text()));
  page.on('pageerror', (e) => complaints.push(String(e)));
  try {
    await page.goto(`${rig.url}/phone/`);
    await says(page, 'Ready');
    await run(page, t);
    assert.deepEqual(complaints, [], 'the page complained');
  } finally {
    await page.close();
  }
});

async function says(page, words) {
  try {
    await page.waitForFunction((w) => document.getElementById('state').textContent.startsWith(w), words, { timeout: patience });
  } catch {
    assert.fail(`the phone never says "${words}"; it says ${JSON.stringify(await page.locator('main').innerText())}\n` +
      `network: ${await rig.script('log')}\nmedia: ${JSON.stringify(await rig.media())}`);
  }
}

// dial calls and is taken.
async function dial(page) {
  await page.getByRole('button', { name: /^Call \+1/ }).click();
  const [, sid, from, to] = await rig.did('place');
  await says(page, 'Ringing');
  await rig.script('take', { sid });
  await says(page, 'Connected');
  return { sid, from, to };
}

// sounds waits until these tones are the loudest that the page plays.
async function sounds(page, ...tones) {
  await page.evaluate(() => {
    if (window.level) return;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(document.getElementById('sound').srcObject).connect(analyser);
    const bins = new Float32Array(analyser.frequencyBinCount);
    window.level = (hz) => {
      analyser.getFloatFrequencyData(bins);
      const centre = Math.round((hz * analyser.fftSize) / context.sampleRate);
      return Math.round(Math.max(...bins.subarray(centre - 2, centre + 3)));
    };
  });
  try {
    await page.waitForFunction((want) => want.every((hz) => window.level(hz) > -50), tones, { timeout: patience, polling: 30 });
  } catch {
    assert.fail(`the phone does not play ${tones} Hz: ${await page.evaluate((all) => all.map(window.level), tones)} dB; media ${JSON.stringify(await rig.media())}`);
  }
}

// look checks a state with axe at 320 pixels, light and dark, and draws it when asked.
async function look(page, name) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await readFile(axe, 'utf8'));
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 320, height: 720 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 320, `${name}: ${wide} pixels wide on a screen of 320`);
    const { violations } = await page.evaluate(() => window.axe.run());
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), [], `${name}, ${colorScheme}`);
    if (pictures) {
      await mkdir(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `phone-${name}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.setViewportSize({ width: 480, height: 800 });
}

withPhone('dial, hear music, press keys, mute, hang up', async (page) => {
  await look(page, 'ready');
  const number = await page.getByLabel('My number').inputValue();
  const { sid, from, to } = await dial(page);
  assert.deepEqual([from, to], [number, '+12125550123']);

  await rig.script('hear', { sid, sounds: [{ Kind: 'play' }] }); // the network's own music
  await page.getByText('You hear music.').waitFor();
  await sounds(page, 262, 523);
  await page.waitForFunction(() => Number(document.getElementById('level-in').ariaValueNow) > 20);
  await page.waitForFunction(() => Number(document.getElementById('level-out').ariaValueNow) > 20); // the fake microphone beeps
  await look(page, 'connected');

  await page.getByRole('button', { name: '5', exact: true }).click();
  await rig.did(`dtmf ${sid} 5`);
  await page.keyboard.press('#');
  await rig.did(`dtmf ${sid} #`);

  await page.getByRole('button', { name: 'Mute' }).click();
  await page.waitForFunction(() => Number(document.getElementById('level-out').ariaValueNow) === 0);
  await page.getByRole('button', { name: 'Muted', pressed: true }).click();

  await rig.script('hear', { sid, sounds: [{ Kind: 'leg', Leg: 'CAagent' }] });
  await page.getByText('You hear a person.').waitFor();
  await sounds(page, 500);

  await page.getByRole('button', { name: 'Hang up' }).click();
  await rig.did(`hangup ${sid}`);
  await says(page, 'Ended: you hung up.');
  await look(page, 'ended');
});

withPhone('the other side hangs up; the next call works', async (page) => {
  for (const [code, words] of [[0, 'the other side hung up'], [31480, 'Temporarily Unavailable']]) {
    const { sid } = await dial(page);
    await rig.script('end', { sid, code });
    await says(page, `Ended: ${words}.`);
  }
});

withPhone('keyboard only: dial, hang up, dial again', async (page) => {
  await page.getByLabel('My number').fill('');
  await page.keyboard.press('Enter');
  const [, sid, from] = await rig.did('place');
  assert.equal(from, 'anonymous', 'a number that is left empty is withheld');
  await says(page, 'Ringing');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'hangup');
  await page.keyboard.press('Enter');
  await rig.did(`hangup ${sid}`);
  await says(page, 'Ended');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'call');
});

withPhone('a closed tab hangs up', async (page) => {
  const { sid } = await dial(page);
  await page.reload();
  await rig.did(`hangup ${sid}`);
});

test('a phone without a microphone hears and says so', { timeout: 4 * patience }, async () => {
  const page = await rig.context.newPage();
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('blocked', 'NotAllowedError'));
  });
  await page.goto(`${rig.url}/phone/`);
  await says(page, 'Ready');
  const { sid } = await dial(page);
  await page.getByRole('alert').getByText('The microphone is blocked').waitFor();
  await rig.script('hear', { sid, sounds: [{ Kind: 'leg', Leg: 'CAagent' }] });
  await sounds(page, 500);
  assert.ok(await page.getByRole('button', { name: 'Mute' }).isDisabled());
  await look(page, 'blocked');
  await page.getByRole('button', { name: 'Hang up' }).click();
  await rig.did(`hangup ${sid}`);
  await page.close();
});
