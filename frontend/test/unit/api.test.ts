import { describe, expect, test } from "vitest";
import { ApiError, createApi } from "../../src/api.js";
import type { Renewal } from "../../src/signin.js";
import { snapshotAt } from "../fixtures.js";

const T = Date.UTC(2026, 10, 22, 10);

interface Sent { readonly url: string; readonly init: RequestInit }

/** A fetch that answers from a list and records the requests. */
function server(...answers: (Response | Error)[]): { fetch: typeof fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const send = (url: string, init: RequestInit): Promise<Response> => {
    sent.push({ url, init });
    const answer = answers.shift() ?? new Error("nothing left to answer");
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { fetch: send as unknown as typeof fetch, sent };
}

const json = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status });
const problem = (slug: string, status: number): Response => json({ type: `/problems/${slug}`, title: "T", status,
  state: "talking" }, status);

function api(fetch: typeof globalThis.fetch, renewal: Renewal = "refused") {
  let bearer = "old";
  return createApi({ fetch, bearer: () => bearer, renew: () => { bearer = "new"; return Promise.resolve(renewal); } });
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(() => null, (e: unknown) => e);
  if (!(error instanceof ApiError)) throw new Error(`not an ApiError: ${String(error)}`);
  return error;
}

describe("requests", () => {
  test("each verb goes where openapi.yaml says, with the bearer token and no cookies", async () => {
    const s = server(json(snapshotAt(T)), json(snapshotAt(T)), json(snapshotAt(T)), json(snapshotAt(T), 202),
      json({ at: "2026-11-22T10:00:00Z", agents: [] }),
      json({ identity: "a", token: "t", expiresAt: "2026-11-22T11:00:00Z" }));
    const a = api(s.fetch);
    await a.me();
    await a.setStatus("away", false);
    await a.setStatus("available", true);
    await a.transfer({ action: "consult", request: "k", target: "bob", note: "n" }, "CA1");
    await a.directory();
    await a.token();
    expect(s.sent.map(({ url, init }) => `${init.method} ${url} ${String(init.body ?? "")}`.trim())).toEqual([
      "GET /agents/me", 'PUT /agents/me {"status":"away"}', 'PUT /agents/me {"status":"available","beat":true}',
      'POST /transfer?call=CA1 {"action":"consult","request":"k","target":"bob","note":"n"}', "GET /agents", "POST /token",
    ]);
    for (const { init } of s.sent) {
      expect((init.headers as Record<string, string>).Authorization).toBe("Bearer old");
      expect(init.credentials).toBe("omit");
      expect(init.signal).toBeDefined();
    }
  });

  test("records: a number or a text is in no address, and a call's id cannot leave its place in the path", async () => {
    const known = { count: 1 };
    const page = { at: "2026-11-22T10:00:00Z", calls: [] };
    const s = server(json({ supervisor: true, records: true, codes: ["order"], codeRequired: false }), json(known),
      json(page), json({}), json({ by: { id: "a", name: "A" }, at: "2026-11-22T10:00:00Z", note: "n", version: 3 }), json({}));
    const a = api(s.fetch);
    expect(await a.rules()).toMatchObject({ supervisor: true, codes: ["order"] });
    expect(await a.knownCaller("CA1")).toEqual(known);
    expect(await a.calls({ caller: "+442079460123", text: "refund" })).toEqual(page);
    expect(await a.note("../x?y")).toEqual({ version: -1 });
    expect(await a.saveNote("CA1", { note: "n", code: "order", version: 2 })).toBe(3);
    a.leaveNote("CA1", { note: "n" });
    expect(s.sent.map(({ url, init }) => `${init.method} ${url} ${String(init.body ?? "")}`.trim())).toEqual([
      "GET /calls/rules", "GET /calls/CA1/caller", 'POST /calls/search {"caller":"+442079460123","text":"refund"}',
      "GET /calls/..%2Fx%3Fy/note", 'PUT /calls/CA1/note {"note":"n","code":"order","version":2}', 'PUT /calls/CA1/note {"note":"n"}',
    ]);
    expect(s.sent.at(-1)?.init.keepalive).toBe(true);
  });

  test("the last word of a closing page outlives it", () => {
    const s = server(json({}));
    api(s.fetch).sayAway();
    expect(s.sent[0]?.init).toMatchObject({ method: "PUT", keepalive: true, body: '{"status":"away"}' });
  });
});

describe("failures", () => {
  test("problem+json: slug, status and state are kept", async () => {
    const e = await failure(api(server(problem("wrong-state", 409)).fetch).transfer({ action: "swap", request: "k" }, ""));
    expect(e.problem).toMatchObject({ slug: "wrong-state", status: 409, state: "talking" });
    expect(e.transient).toBe(false);
  });

  test("API Gateway's own answers are no problem+json, and are read all the same", async () => {
    const e = await failure(api(server(json({ message: "Service Unavailable" }, 503)).fetch).me());
    expect(e.problem).toMatchObject({ slug: "", status: 503, title: "Service Unavailable" });
    expect(e.transient).toBe(true);
  });

  test.each([
    ["timeout", new DOMException("signal timed out", "TimeoutError")],
    ["unreachable", new TypeError("network error")],
  ])("an answer that is cut off in the middle is no answer: %s", async (slug, error) => {
    const rest = new ReadableStream<Uint8Array>({
      start: (c) => c.enqueue(new TextEncoder().encode('{"at":')),
      pull: (c) => c.error(error),
    });
    const e = await failure(api(server(new Response(rest)).fetch).me());
    expect(e.problem.slug).toBe(slug);
    expect(e.transient).toBe(true);
  });

  test("an answer that is no JSON", async () => {
    const e = await failure(api(server(new Response("<html>", { status: 502 })).fetch).me());
    expect(e.problem).toMatchObject({ status: 502, title: "" });
    const unreadable = await failure(api(server(new Response("<html>", { status: 200 })).fetch).me());
    expect(unreadable.problem.slug).toBe("unreadable");
  });

  test("a snapshot without what the page leans on is refused whole", async () => {
    const e = await failure(api(server(json({ at: "2026-11-22T10:00:00Z" })).fetch).me());
    expect(e.problem.slug).toBe("unreadable");
  });

  test("F038: no network --> unreachable; too slow --> timeout; both may be repeated", async () => {
    const slow = new Error("slow");
    slow.name = "TimeoutError";
    const a = api(server(new TypeError("Failed to fetch"), slow).fetch);
    const unreachable = await failure(a.me());
    const timeout = await failure(a.me());
    expect([unreachable.problem.slug, timeout.problem.slug]).toEqual(["unreachable", "timeout"]);
    expect([unreachable.transient, timeout.transient]).toEqual([true, true]);
  });
});

describe("401", () => {
  test("is answered with a renewed token, once", async () => {
    const s = server(json({ message: "Unauthorized" }, 401), json(snapshotAt(T)));
    await api(s.fetch, "renewed").me();
    expect(s.sent.map(({ init }) => (init.headers as Record<string, string>).Authorization)).toEqual(["Bearer old",
      "Bearer new"]);
  });

  test("without a way to renew --> signed out", async () => {
    const s = server(json({ message: "Unauthorized" }, 401));
    expect((await failure(api(s.fetch).me())).signedOut).toBe(true);
    expect(s.sent).toHaveLength(1);
  });

  test("the issuer cannot be reached --> the server is away, and nobody is signed out", async () => {
    const e = await failure(api(server(json({}, 401)).fetch, "unreachable").me());
    expect(e).toMatchObject({ signedOut: false, transient: true, problem: { slug: "unreachable" } });
  });

  test("renewed and still refused --> signed out, not for ever round", async () => {
    const s = server(json({}, 401), json({}, 401));
    expect((await failure(api(s.fetch, "renewed").me())).signedOut).toBe(true);
    expect(s.sent).toHaveLength(2);
  });
});
