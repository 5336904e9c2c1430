/** The growing pause between attempts of what failed. */
const FIRST_MS = 2000;
const LONGEST_MS = 30_000;

export class Pause {
  private until = -Infinity;
  private failures = 0;

  over(now: number): boolean {
    return now >= this.until;
  }

  longer(now: number): void {
    this.until = now + Math.min(FIRST_MS * 2 ** this.failures, LONGEST_MS);
    this.failures++;
  }

  reset(): void {
    this.until = -Infinity;
    this.failures = 0;
  }
}
