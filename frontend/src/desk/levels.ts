/** The microphone's level: from the call while there is one, otherwise from a meter of its own. */
export type Levels = (input: number, output: number) => void;

export class LevelMeter {
  private readonly listeners = new Set<Levels>();
  private stopMeter: (() => void) | null = null;
  private wanted = 0;

  /** `open` reports a microphone's level until the returned function is called. */
  constructor(private readonly open: (deviceId: string, level: (input: number) => void) => Promise<() => void>) {}

  readonly emit: Levels = (input, output) => {
    for (const listener of this.listeners) listener(input, output);
  };

  listen(listener: Levels): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** False if the microphone could not be opened and is still wanted. */
  async start(deviceId: string): Promise<boolean> {
    this.end();
    const own = this.wanted;
    try {
      const stop = await this.open(deviceId, (input) => this.emit(input, 0));
      // Opened too late: by now the dialog is closed or shows another microphone.
      if (own === this.wanted) this.stopMeter = stop;
      else stop();
      return true;
    } catch {
      return own !== this.wanted;
    }
  }

  end(): void {
    this.wanted++;
    this.stopMeter?.();
    this.stopMeter = null;
  }
}
