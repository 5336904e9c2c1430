/** Calls back twice a second, also while the page is hidden. */
export function startTicker(tick: () => void): void {
  try {
    const worker = new Worker(new URL("./ticker.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = tick;
    worker.onerror = () => {
      worker.terminate();
      window.setInterval(tick, 500);
    };
  } catch {
    window.setInterval(tick, 500);
  }
}
