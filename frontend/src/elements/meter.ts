/** The microphone's level as a row of bars. Decoration only; what matters is also said in words. */
import { LitElement, type TemplateResult } from "lit";
import { html } from "../html.js";
import type { Levels } from "../desk/levels.js";

const BARS = 14;
const BAR_LIST = Array.from({ length: BARS }, (_, i) => i);

export class DeskMeter extends LitElement {
  static override properties = { source: { attribute: false }, lit: { state: true } };
  declare source: ((listener: Levels) => () => void) | null;
  declare lit: number;
  private stop: (() => void) | null = null;

  constructor() {
    super();
    this.source = null;
    this.lit = 0;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("aria-hidden", "true");
    this.listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
    this.stop = null;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("source")) this.listen();
  }

  private listen(): void {
    this.stop?.();
    this.stop = this.source?.((input) => (this.lit = Math.round(Math.min(1, input * 1.6) * BARS))) ?? null;
  }

  protected override render(): TemplateResult {
    return html`${BAR_LIST.map((i) => html`<i class=${i < this.lit ? "on" : ""}></i>`)}`;
  }
}

customElements.define("desk-meter", DeskMeter);
