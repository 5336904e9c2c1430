// Runs in every page before its own scripts: keeps the texts that a page shows or reads out only for a while, so that a
// test that looks late on a busy machine still sees them. Nobody has been asked yet whether the page may notify, as in
// a new browser; the headless shell would say that it was refused.
(() => {
  if ('Notification' in window) Object.defineProperty(Notification, 'permission', { get: () => 'default' });

  const fleeting = '[data-test^=said-], [data-test^=banner-], [data-test=notice], [data-test=refusal]';
  let shown = new Map();
  window.told = []; // { name, text, at }: the oldest first; a text that appears again is there again

  function look() {
    const now = new Map();
    for (const e of document.querySelectorAll(fleeting)) {
      const text = e.textContent.replace(/\s+/g, ' ').trim();
      const { test: name } = e.dataset;
      now.set(name, text);
      if (text && shown.get(name) !== text) window.told.push({ name, text, at: Date.now() });
    }
    shown = now;
  }

  new MutationObserver(look).observe(document,
    { subtree: true, childList: true, characterData: true, attributeFilter: ['data-test'] });
})();
