/** Opening hours by weekday and holidays, as a supervisor edits them. A time is text: a day may end at 24:00. */
import { nothing, type TemplateResult } from "lit";
import { html } from "../html.js";
import { clockTime, DAYS, type Day, type Fields, type Holiday, type Span, type Week } from "../state/settings.js";
import type { State } from "../state/state.js";
import { DAY_WORDS } from "../words/settings.js";
import { problemAt, refusal } from "./field.js";
import { button } from "./parts.js";

type Set = (edits: Partial<Fields>) => void;

const OFFICE: readonly Span[] = [{ from: "09:00", to: "17:00" }];
const WEEKDAYS: readonly Day[] = ["monday", "tuesday", "wednesday", "thursday", "friday"];
const office = (): Week => Object.fromEntries(WEEKDAYS.map((d) => [d, OFFICE]));

export function hours(state: State, fields: Fields, set: Set): TemplateResult {
  const week = fields.hours;
  const choose = (always: boolean, words: string): TemplateResult => html`<label class="choice-row">
    <input type="radio" name="hours-kind" data-test="hours-${always ? "always" : "week"}" .checked=${(week === null) === always}
      @change=${() => set({ hours: always ? null : week ?? office() })} /><span>${words}</span></label>`;
  return html`<fieldset class="hours"><legend class="visually-hidden">Opening hours</legend>
    <div class="choices">${choose(true, "Always open")} ${choose(false, "By weekday")}</div>
    ${week === null ? nothing : html`${DAYS.map((day) => dayHours(state, week, day, set))}
      ${DAYS.every((d) => !week[d]?.length) ? html`<p class="hint" data-test="never-open">No day has hours: the line would
        always be closed.</p>` : nothing}`}
  </fieldset>`;
}

function dayHours(state: State, week: Week, day: Day, set: Set): TemplateResult {
  const own = week[day] ?? [];
  const change = (spans: readonly Span[]): void => set({ hours: { ...week, [day]: spans } });
  const copies = day === "monday" && own.length > 0;
  return html`<fieldset class="day" data-field="hours.${day}" tabindex="-1"><legend>${DAY_WORDS[day]}</legend>
    ${spans(state, `hours.${day}`, DAY_WORDS[day], own, change)}
    ${refusal(state, `hours.${day}`)}
    ${copies ? html`<button type="button" class="link" data-test="copy-monday" @click=${() => set({ hours: { ...week,
      ...Object.fromEntries(WEEKDAYS.map((d) => [d, own])) } })}>Same until Friday</button>` : nothing}
  </fieldset>`;
}

/** The parts of a day; none is closed. What lies between two is a break. */
function spans(state: State, path: string, whose: string, list: readonly Span[], change: (list: readonly Span[]) => void): TemplateResult {
  const time = (i: number, end: "from" | "to"): TemplateResult => {
    const at = `${path}[${i}].${end}`;
    const bad = problemAt(state, at);
    const put = (value: string): void => change(list.map((s, n) => (n === i ? { ...s, [end]: value } : s)));
    return html`<input type="text" inputmode="numeric" autocomplete="off" class="time" maxlength="8" data-field=${at} data-test=${at}
      placeholder=${end === "from" ? "09:00" : "17:00"} aria-label="${whose}, ${end === "from" ? "opens" : "closes"}${i
        ? ` the ${i + 1}. time` : ""}" .value=${list[i]![end]} aria-invalid=${bad ? "true" : nothing}
      aria-describedby=${bad ? "settings-problem" : nothing} @input=${(e: Event) => put((e.target as HTMLInputElement).value)}
      @change=${(e: Event) => put(clockTime((e.target as HTMLInputElement).value))} />`;
  };
  return html`${list.length === 0 ? html`<span class="closed-day">Closed</span>` : nothing}
    ${list.map((s, i) => html`<div class="span">${time(i, "from")} <span aria-hidden="true">–</span> ${time(i, "to")}
      ${button({ name: `remove-${path}-${i}`, label: `Remove ${s.from || "these hours"}${s.to ? ` to ${s.to}` : ""}, ${whose}`, icon: "cross", tone: "quiet",
        shape: "iconic", click: () => change(list.filter((_, n) => n !== i)) })}
      ${refusal(state, `${path}[${i}].from`)} ${refusal(state, `${path}[${i}].to`)}</div>`)}
    <button type="button" class="link" data-test="add-${path}"
      @click=${() => change([...list, { from: "", to: "" }])}>${list.length ? "Add hours after a break" : "Open on this day"}<span
        class="visually-hidden">, ${whose}</span></button>`;
}

export function holidays(state: State, { holidays: list }: Fields, set: Set): TemplateResult {
  const put = (i: number, to: Holiday): void => set({ holidays: list.map((h, n) => (n === i ? to : h)) });
  return html`<fieldset class="hours" data-field="holidays" tabindex="-1"><legend>Holidays</legend>
    <p class="hint">Days with hours of their own. Without any, the line is closed on that day.</p>
    ${list.map((h, i) => {
      const at = `holidays[${i}].date`;
      const bad = problemAt(state, at);
      const whose = h.date || `holiday ${i + 1}`;
      return html`<fieldset class="day" data-test="holiday" tabindex="-1"><legend class="visually-hidden">${whose}</legend>
        <div class="span date"><input type="date" data-field=${at} data-test=${at} aria-label="Date of holiday ${i + 1}" .value=${h.date}
          aria-invalid=${bad ? "true" : nothing} aria-describedby=${bad ? "settings-problem" : nothing}
          @input=${(e: Event) => put(i, { ...h, date: (e.target as HTMLInputElement).value })} />
          ${button({ name: `remove-holiday-${i}`, label: `Remove ${whose}`, icon: "cross", tone: "quiet", shape: "iconic",
            click: () => set({ holidays: list.filter((_, n) => n !== i) }) })}
          ${refusal(state, at)}</div>
        ${spans(state, `holidays[${i}].open`, whose, h.open ?? [], (open) => put(i, open.length ? { ...h, open } : { date: h.date }))}
        ${refusal(state, `holidays[${i}].open`)}
      </fieldset>`;
    })}
    ${refusal(state, "holidays")}
    <div class="verbs">${button({ name: "add-holiday", label: "Add a holiday", click: () => set({ holidays: [...list, { date: "" }] }) })}</div>
  </fieldset>`;
}
