import { expect, test } from "vitest";
import { ApiError } from "../../src/api.js";
import { colleagues } from "../../src/desk/colleagues.js";
import type { Directory } from "../../src/contract/types.js";
import { directoryAt, iso } from "../fixtures.js";

const T = Date.parse("2026-11-22T10:00:00Z");
const zoe = { id: "zoe", name: "Zoë", presence: "available" as const, since: iso(T), seen: iso(T) };

function api(more: boolean, search: (text: string) => Promise<Directory>) {
  const asked: string[] = [];
  return {
    asked,
    directory: () => Promise.resolve({ ...directoryAt(T), ...(more ? { more: true } : {}) }),
    search: (text: string) => (asked.push(text), search(text)),
  };
}

test("F179: whom the directory leaves out is searched for on the server, once and after those who are there",
  async () => {
  const server = api(true, () => Promise.resolve({ at: iso(T), agents: [zoe, directoryAt(T).agents[0]!] }));
  const { agents, more } = await colleagues(server, " zo ");
  expect(agents.map((a) => a.id)).toEqual([...directoryAt(T).agents.map((a) => a.id), "zoe"]);
  expect(more).toBe(true);
  expect(server.asked).toEqual(["zo"]);
});

test("F179: a whole directory, an empty filter and a number are not searched for", async () => {
  const never = api(false, () => Promise.reject(new Error("asked")));
  expect((await colleagues(never, "zo")).agents).toEqual(directoryAt(T).agents);
  const more = api(true, () => Promise.reject(new Error("asked")));
  for (const filter of ["", "  ", "+44 20 7946", "x".repeat(101)]) await colleagues(more, filter);
  expect([...never.asked, ...more.asked]).toEqual([]);
});

test("F179: while the search fails the directory is there", async () => {
  const server = api(true, () => Promise.reject(new ApiError({ slug: "unavailable", status: 503, title: "" })));
  expect((await colleagues(server, "zo")).agents).toEqual(directoryAt(T).agents);
});

test("F202: who was removed is signed out", () => {
  expect(new ApiError({ slug: "removed", status: 403, title: "" }).signedOut).toBe(true);
  expect(new ApiError({ slug: "no-name", status: 403, title: "" }).signedOut).toBe(false);
});
