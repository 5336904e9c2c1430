import { describe, expect, test, vi } from "vitest";
import { ApiError } from "../../src/api.js";
import { count, desk, f, inCall, online, pass, useDesk } from "./harness.js";

useDesk();

const asked = (): number => count("me") + count("beat");

describe("a heartbeat that fails is tried again later and later", () => {
  test.each([["at rest", online], ["in a call", inCall]] as const)("%s", async (_, begin) => {
    await begin();
    const refused = vi.spyOn(f.api, "setStatus")
      .mockRejectedValue(new ApiError({ slug: "unavailable", status: 429, title: "" }));
    await pass(10_000); // the first heartbeat is refused
    const before = refused.mock.calls.length;
    await pass(60_000);
    const tried = refused.mock.calls.length - before;
    expect(tried).toBeGreaterThanOrEqual(10); // each five seconds at last
    expect(tried).toBeLessThanOrEqual(16);
    expect(desk.state.apiDownAt).toBeGreaterThan(0);
    refused.mockRestore();
    await pass(6000);
    expect(desk.state.apiDownAt).toBe(0);
    const then = asked();
    await pass(60_000);
    expect(asked() - then).toBeGreaterThan(18); // as often as before
  });
});
