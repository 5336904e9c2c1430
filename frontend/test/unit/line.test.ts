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

describe("the computer's clock is set back by an hour", () => {
  const back = (): void => { vi.setSystemTime(Date.now() - 3_600_000); };

  test.each([
    ["at rest, with the channel", online, 13_500, true], ["in a call, with the channel", inCall, 10_000, true],
    ["at rest", online, 8500, false], ["in a call", inCall, 8500, false],
  ] as const)("%s: heartbeats go on", async (_, begin, most, channel) => {
    f.api.hasChannel = channel;
    f.api.beatWithin = channel ? 15 : 0;
    await begin();
    await pass(60_000);
    back();
    for (let n = 0; n < 4; n++) {
      const before = count("beat");
      await pass(most + 500);
      expect(count("beat")).toBeGreaterThan(before);
    }
    expect(count("beat")).toBeLessThan(40); // and no more than before
  });

  test("while the server fails: it is asked again, later and later", async () => {
    await online();
    f.api.down = true;
    await pass(20_000);
    back();
    const before = asked();
    await pass(20_000);
    expect(asked() - before).toBeGreaterThanOrEqual(3);
    expect(asked() - before).toBeLessThanOrEqual(6);
  });
});
