/** A duration that updates itself, so that each second redraws one number and not the page. Never announced. */
import { LitElement, type TemplateResult } from "lit";
import { html } from "../html.js";
import { ago, duration } from "../words/time.js";

const shown = new Set<LitElement>();
let timer = 0;

function keepTicking(): void {
  window.clearInterval(timer);
  timer = shown.size ? window.setInterval(() => shown.forEach((t) => t.requestUpdate()), 250) : 0;
}

function follow(element: LitElement, on: boolean): void {
  if (on) shown.add(element);
  else shown.delete(element);
  keepTicking();
}

/**
 * `at` is server time in ms; `skew` is the server's clock minus this computer's; `mode` counts up from `at`, down to
 * it, or says how long ago it was.
 */
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
    follow(this, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    follow(this, false);
  }

  protected override render(): TemplateResult {
    const since = Date.now() + this.skew - this.at;
    if (this.mode === "ago") return html`${ago(since)}`;
    return html`${duration(this.mode === "down" ? Math.ceil(-since / 1000) * 1000 : since)}`;
  }
}

/** The ring around a countdown: the part of `seconds` left until server time `until`. Decoration only. */
export class DeskRing extends LitElement {
  static override properties = { until: { type: Number }, skew: { type: Number }, seconds: { type: Number } };
  declare until: number;
  declare skew: number;
  declare seconds: number;

  constructor() {
    super();
    this.until = 0;
    this.skew = 0;
    this.seconds = 1;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    follow(this, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    follow(this, false);
  }

  protected override render(): TemplateResult {
    const left = (this.until - Date.now() - this.skew) / 1000 / this.seconds;
    const gone = 100 * (1 - Math.min(1, Math.max(0, left)));
    return html`<svg viewBox="0 0 44 44" aria-hidden="true"><circle class="track" cx="22" cy="22" r="19"/>
      <circle cx="22" cy="22" r="19" pathLength="100" stroke-dasharray="100" stroke-dashoffset=${gone.toFixed(1)}/></svg>`;
  }
}

customElements.define("desk-time", DeskTime);
customElements.define("desk-ring", DeskRing);
