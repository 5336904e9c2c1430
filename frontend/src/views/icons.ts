/** The page's few icons, 24 units square, drawn with the text's own colour. */
import { svg, type TemplateResult, type SVGTemplateResult } from "lit";
import { html } from "../html.js";

const PATHS = {
  phone: svg`<path d="M6.6 3h2.7l1.6 4.3-2 1.6a13 13 0 0 0 6.2 6.2l1.6-2L21 14.7v2.7A3.6 3.6 0 0 1 17.4 21 14.4 14.4 0 0 1 3 6.6 3.6 3.6 0 0 1 6.6 3z"/>`,
  hangup: svg`<path d="M3 14.5c-.6-1.2-.4-2.7.6-3.6a12.5 12.5 0 0 1 16.8 0c1 .9 1.2 2.4.6 3.6l-.7 1.2-4.3-1.4v-2.6a11 11 0 0 0-8 0v2.6l-4.3 1.4z"/>`,
  mic: svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>`,
  micOff: svg`<path d="M9 6a3 3 0 0 1 6 0v5M9 9.5V11a3 3 0 0 0 4.5 2.6M5.5 11.5a6.5 6.5 0 0 0 10.3 5.2M18.5 11.5a6.5 6.5 0 0 1-.3 1.8M12 18v3M4 4l16 16"/>`,
  pause: svg`<path d="M8.5 5v14M15.5 5v14"/>`,
  play: svg`<path d="M8 5l11 7-11 7z"/>`,
  music: svg`<path d="M9 18V6l10-2v12"/><circle cx="6.5" cy="18" r="2.5"/><circle cx="16.5" cy="16" r="2.5"/>`,
  keypad: svg`<path d="M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M6 18h.01M12 18h.01M18 18h.01"/>`,
  people: svg`<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20a6.5 6.5 0 0 1 13 0M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.2a6.5 6.5 0 0 1 3.5 5.8"/>`,
  addPerson: svg`<circle cx="10" cy="8" r="3.5"/><path d="M3.5 20a6.5 6.5 0 0 1 13 0M19 8v6M16 11h6"/>`,
  swap: svg`<path d="M4 8h14m0 0-3.5-3.5M18 8l-3.5 3.5M20 16H6m0 0 3.5-3.5M6 16l3.5 3.5"/>`,
  join: svg`<path d="M4 5c5 0 5 7 8 7M4 19c5 0 5-7 8-7M12 12h8m0 0-3-3m3 3-3 3"/>`,
  check: svg`<path d="M4.5 12.5 10 18 19.5 6.5"/>`,
  cross: svg`<path d="M6 6l12 12M18 6 6 18"/>`,
  leave: svg`<path d="M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 8l4 4-4 4M19 12H9"/>`,
  sound: svg`<path d="M4 10v4h3.5L12 18V6L7.5 10zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>`,
  keyboard: svg`<rect x="2.5" y="6" width="19" height="12" rx="2"/><path d="M6 10h.01M9.5 10h.01M13 10h.01M16.5 10h.01M8 14h8"/>`,
  copy: svg`<rect x="8" y="8" width="12" height="12" rx="2"/><path d="M16 8V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h2"/>`,
  bell: svg`<path d="M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5a2 2 0 0 0 4 0"/>`,
  verified: svg`<path d="M12 3l7 2.5V11c0 4.8-3 8.3-7 10-4-1.7-7-5.2-7-10V5.5z"/><path d="M8.8 12l2.3 2.3 4.2-4.6"/>`,
  warning: svg`<path d="M12 4 2.8 19.5h18.4zM12 10v4M12 17h.01"/>`,
  tabs: svg`<rect x="3" y="8" width="13" height="12" rx="2"/><path d="M8 8V6a2 2 0 0 1 2-2h9a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-3"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>`,
  unknown: svg`<circle cx="12" cy="12" r="8.5"/><path d="M9.6 9.6a2.5 2.5 0 1 1 3.4 2.3c-.7.3-1 .8-1 1.6M12 16.5h.01"/>`,
  note: svg`<path d="M5 4h14v11l-5 5H5zM14 20v-5h5M8.5 8.5h7M8.5 12h4"/>`,
  silence: svg`<path d="M4 10v4h3.5L12 18V6L7.5 10zM16 9.5l5 5M21 9.5l-5 5"/>`,
} as const satisfies Record<string, SVGTemplateResult>;

export type Icon = keyof typeof PATHS;

export function icon(name: Icon): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${PATHS[name]}</svg>`;
}

export function brand(): TemplateResult {
  return html`<svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8"/><path d="M7.5 12.5h13m0 0-4-4m4 4-4 4M24.5 20h-13m0 0 4-4m-4 4 4 4"/>
  </svg>`;
}
