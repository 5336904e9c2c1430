/** What is known of the caller: asked for once in a call, and missed without a word (F217). */
import { describe, expect, test, vi } from "vitest";
import { RULES } from "../fixtures.js";
import { count, desk, f, inCall, pass, problem, useDesk } from "./harness.js";

useDesk();

const CALL = "CAconference1";

describe("F217: the caller is known", () => {
  test("asked once for a leg; the answer is of this call", async () => {
    f.api.recordRules = RULES;
    f.api.known = { count: 2 };
    await inCall();
    await pass(10_000);
    expect([count(`caller ${CALL}`), desk.state.caller]).toEqual([1, { call: CALL, known: { count: 2 } }]);
  });

  test.each([["unavailable", 503], ["no-record", 404], ["unreachable", 0]])("%s: nothing is said, and the call goes on", async (slug, status) => {
    f.api.recordRules = RULES;
    vi.spyOn(f.api, "knownCaller").mockRejectedValue(problem(slug, status));
    await inCall();
    await pass(5000);
    expect([vi.mocked(f.api.knownCaller).mock.calls, desk.state.caller, desk.state.screen.is]).toEqual([[[CALL]], null, "in-call"]);
    expect([desk.state.refusal, desk.state.notice]).toEqual([null, null]);
  });
});
