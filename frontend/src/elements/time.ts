/** A duration that ticks by itself, so that a passing second redraws one number and not the page. Never announced. */
import { LitElement, html, type TemplateResult } from "lit";
import { ago, duration } from "../words/time.js";

const shown = new Set<DeskTime>();
let timer = 0;

function keepTicking(): void {
  window.clearInterval(timer);
  timer = shown.size ? window.setInterval(() => shown.forEach((t) => t.requestUpdate()), 250) : 0;
}

/** `at` is server time in ms; `skew` the server's clock minus ours; `mode` counts up from, down to, or says how long ago. */
export class DeskTime extends LitElement {
  static override properties = { at: { type: Number }, skew: { type: Number }, mode: { type: String } };
  declare at: number;
  declare skew: number;
  declare mode: "up" | "down" | "ago";

  constructor() {
    super();
    this.at = 0;
    this.skew = 0;
    this.mode = "up";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    shown.add(this);
    keepTicking();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    shown.delete(this);
    keepTicking();
  }

  protected override render(): TemplateResult {
    const since = Date.now() + this.skew - this.at;
    if (this.mode === "ago") return html`${ago(since)}`;
    return html`${duration(this.mode === "down" ? Math.ceil(-since / 1000) * 1000 : since)}`;
  }
}

customElements.define("desk-time", DeskTime);
