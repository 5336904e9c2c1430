// Which Chromium the browser tests use. The headless shell has the same engine without a browser's windows, profile and
// spare processes: https://developer.chrome.com/blog/chrome-headless-shell. A page in it costs about half as much.
import { existsSync } from 'node:fs';

/** executable is the path of the browser: $CHROMIUM, or the first of those that are installed. */
export function executable() {
  const named = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map((n) => `/usr/bin/${n}`);
  const path = [process.env.CHROMIUM, ...named].find((p) => p && existsSync(p));
  if (!path) throw new Error('No Chromium found: local/setup.sh browser installs it, or name it in CHROMIUM.');
  return path;
}
