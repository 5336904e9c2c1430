/**
 * Which key is which on this keyboard. Shortcuts use the letter printed on the key, so that what the agent reads is
 * what they press on AZERTY and Dvorak too. A keyboard without Latin letters uses the key's place on QWERTY.
 */
type LayoutMap = ReadonlyMap<string, string>;
interface Keyboard {
  getLayoutMap(): Promise<LayoutMap>;
}

let layout: LayoutMap = new Map();

/** The browser's layout map, where it has one (Chrome, Edge; see learnLayout). */
export const ofBrowser = (): Keyboard | undefined => (navigator as { keyboard?: Keyboard }).keyboard;

/**
 * Asks the browser for the keyboard's layout; not every browser has it
 * (https://developer.mozilla.org/en-US/docs/Web/API/Keyboard/getLayoutMap).
 */
export async function learnLayout(keyboard: Keyboard | undefined): Promise<void> {
  try {
    layout = (await keyboard?.getLayoutMap()) ?? new Map();
  } catch {
    layout = new Map(); // not allowed in a frame or by a policy: the letters of QWERTY are shown
  }
}

const LATIN = /^[a-z]$/i;

/** The name of a shortcut's key as printed on this keyboard. */
export function keyLabel(key: string, code: string): string {
  const letters = [...layout.values()];
  if (!LATIN.test(key) || letters.length === 0 || letters.some((l) => l.toLowerCase() === key.toLowerCase())) {
    return key;
  }
  return layout.get(code)?.toUpperCase() ?? key;
}

/** Whether the pressed key is that key. */
export function isKey(pressed: { readonly key: string; readonly code: string }, key: string, code: string): boolean {
  if (LATIN.test(pressed.key)) return pressed.key.toLowerCase() === key.toLowerCase();
  // A letter of another alphabet, or no name at all: use its place. A sign such as AZERTY's "?" is not a letter.
  const byPlace = !LATIN.test(key) || /^\p{L}$/u.test(pressed.key)
    || ["", "Unidentified", "Dead", "Process"].includes(pressed.key);
  return byPlace && pressed.code === code;
}
