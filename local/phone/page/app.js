// The telephone's view: it shows what the call reports, and passes on what is pressed.
import { Line } from './line.js';
import { Meters } from './meter.js';
import { hearing, minutes, spoken } from './words.js';

const at = (id) => document.getElementById(id);
const meters = new Meters();
const keyNames = { '*': 'star', '#': 'hash' };

let number; // the number that is dialled
let line; // the call, if there is one
let since; // when it was connected

// A new tab is another caller, with a number of its own from those reserved for fiction.
const from = at('from');
from.value = sessionStorage.getItem('from') ?? `+121255501${String(Math.floor(Math.random() * 100)).padStart(2, '0')}`;
from.addEventListener('change', () => sessionStorage.setItem('from', from.value.trim()));

function show(phase, words) {
  document.body.dataset.phase = phase;
  at('state').textContent = words;
  const busy = Boolean(line);
  at('dial').hidden = busy;
  at('incall').hidden = !busy;
  at('call').disabled = busy || !number;
  document.title = busy ? `${words} – Phone` : 'Phone';
  for (const key of at('keys').children) key.disabled = phase !== 'connected';
}

function trouble(words) {
  at('trouble').textContent = words;
  at('trouble').hidden = !words;
}

const told = {
  dialling: () => show('dialling', 'Dialling …'),
  ringing: () => show('ringing', 'Ringing …'),
  connected: () => {
    since = Date.now();
    show('connected', 'Connected');
    at('sound').srcObject = line.stream;
    meters.show(at('level-in'), line.stream);
    meters.show(at('level-out'), line.microphone);
    for (const part of document.querySelectorAll('.voice')) part.hidden = !line.microphone;
    at('mute').disabled = !line.microphone;
  },
  hears: (sounds) => {
    if (since) at('hears').textContent = hearing(sounds);
    lastHeard = sounds;
  },
  ended: ({ why }) => {
    const hadFocus = at('incall').contains(document.activeElement);
    line = since = lastHeard = undefined;
    meters.stop();
    at('sound').srcObject = null;
    at('hears').textContent = '';
    show('ended', `Ended: ${why}.`);
    if (hadFocus) at('call').focus();
  },
};
let lastHeard; // may be reported before the call is connected

async function dial(event) {
  event.preventDefault();
  if (line || !number) return;
  trouble('');
  setMute(false);
  at('clock').textContent = '';
  const call = line = new Line((what, detail) => {
    if (line !== call) return; // an earlier call
    told[what](detail);
    if (what === 'connected' && lastHeard) told.hears(lastHeard);
  });
  show('dialling', 'Waiting for the microphone …');
  at('hangup').focus();
  const microphone = await openMicrophone();
  if (line !== call) { // hung up meanwhile
    microphone?.getTracks().forEach((track) => track.stop());
    return;
  }
  try {
    await call.dial(from.value.trim() || 'anonymous', number, microphone);
  } catch (error) {
    call.hangUp(`this browser cannot call (${error.message})`);
  }
}

async function openMicrophone() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    trouble(error.name === 'NotAllowedError'
      ? 'The microphone is blocked: you will hear, but not be heard. Allow it in the address bar and call again.'
      : 'There is no microphone: you will hear, but not be heard.');
    return undefined;
  }
}

function setMute(on) {
  line?.mute(on);
  at('mute').setAttribute('aria-pressed', on);
  at('mute').textContent = on ? 'Muted' : 'Mute';
}

function press(key) {
  if (document.body.dataset.phase !== 'connected') return;
  line.press(key);
  // A phone plays the key's tone to its owner; it does no harm if it cannot.
  new Audio(`/sounds/dtmf${{ '*': 's', '#': 'h' }[key] ?? key}.wav`).play().catch(() => undefined);
  const button = at('keys').querySelector(`[data-key="${key}"]`);
  button.classList.add('pressed');
  setTimeout(() => button.classList.remove('pressed'), 150);
}

function makeKeys() {
  for (const key of '123456789*0#') {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'key', textContent: key });
    button.dataset.key = key;
    if (keyNames[key]) button.setAttribute('aria-label', keyNames[key]);
    button.addEventListener('click', () => press(key));
    at('keys').append(button);
  }
}

async function findNumber() {
  try {
    const answer = await fetch('/control');
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    ({ number } = await answer.json());
    at('number').textContent = spoken(number);
    show('ready', 'Ready to call');
  } catch (error) {
    show('ended', 'Not ready');
    trouble(`The phone network does not answer (${error.message}). Is it running? Then reload this page.`);
  }
}

at('dial').addEventListener('submit', dial);
at('hangup').addEventListener('click', () => line?.hangUp());
at('mute').addEventListener('click', () => setMute(at('mute').getAttribute('aria-pressed') !== 'true'));
document.addEventListener('keydown', (e) => {
  const typing = e.target instanceof HTMLInputElement;
  if (!typing && !e.ctrlKey && !e.metaKey && !e.altKey && !e.repeat && /^[0-9*#]$/.test(e.key)) press(e.key);
});
addEventListener('pagehide', () => line?.hangUp());
setInterval(() => { if (since) at('clock').textContent = minutes((Date.now() - since) / 1000); }, 250);

makeKeys();
findNumber();
