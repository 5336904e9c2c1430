// Waiting for a condition, with a time limit, and with words for a condition that never becomes true.

/** patience is for what comes at once on an idle machine; a busy one may need long. */
export const patience = 30_000;

/** until polls until `condition` returns something true, which it returns. */
export async function until(what, condition, { ms = patience, every = 100, otherwise = () => '' } = {}) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${ms / 1000} s for ${what}\n${await otherwise()}`);
    await new Promise((done) => setTimeout(done, every));
  }
}
