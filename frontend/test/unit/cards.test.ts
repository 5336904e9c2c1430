// @vitest-environment happy-dom
/** What the views show and allow, where it follows from more than the screen. */
import { render } from "lit";
import { expect, test, vi } from "vitest";
import type { Desk } from "../../src/desk/desk.js";
import { initial, type State } from "../../src/state/state.js";
import { bannerList } from "../../src/views/banners.js";
import { otherTab } from "../../src/views/cards.js";

test.each([true, false])("a tab that is gone without a word, in a call (%s) or not, does not keep the others from taking calls", (inCall) => {
  const goOnline = vi.fn();
  render(otherTab(inCall, { goOnline } as unknown as Desk), document.body);
  document.querySelector<HTMLElement>("[data-test=use-this-tab]")?.click();
  expect(goOnline).toHaveBeenCalledOnce();
});

test.each([["here", true], ["elsewhere",
  false]] as const)("F038: the server is away, and the tab that takes the calls is %s --> said: %s", (tab, said) => {
  const state: State = { ...initial, session: "signed-in", apiDownAt: 1, tab };
  render(bannerList(state, {} as Desk), document.body);
  expect(document.querySelector("[data-test=banner-api-down]") !== null).toBe(said);
});
