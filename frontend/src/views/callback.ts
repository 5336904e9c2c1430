/** The button that calls somebody back. */
import type { TemplateResult } from "lit";
import type { Whom } from "../desk/callback.js";
import type { Desk } from "../desk/desk.js";
import { mayCallBack } from "../state/callback.js";
import type { State } from "../state/state.js";
import { button } from "./parts.js";

export function callBackButton(state: State, desk: Desk, name: string, whom: Whom, label = "Call back"): TemplateResult {
  return button({ name, label, icon: "phone", hint: "This page rings first and answers by itself; then the number is dialled",
    button: mayCallBack(state), click: () => void desk.callBack.call(whom) });
}
