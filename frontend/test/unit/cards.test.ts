// @vitest-environment happy-dom
/** What can be pressed on the screens without a live call. */
import { render } from "lit";
import { expect, test, vi } from "vitest";
import type { Desk } from "../../src/desk/desk.js";
import { otherTab } from "../../src/views/cards.js";

test.each([true, false])("a tab that is gone without a word, in a call (%s) or not, does not keep the others from the line", (inCall) => {
  const goOnline = vi.fn();
  render(otherTab(inCall, { goOnline } as unknown as Desk), document.body);
  document.querySelector<HTMLElement>("[data-test=use-this-tab]")?.click();
  expect(goOnline).toHaveBeenCalledOnce();
});
