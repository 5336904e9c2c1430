/** The directory, with the colleagues found by a search for a name that the directory's first page leaves out. */
import type { Api } from "../api.js";
import type { Directory } from "../contract/types.js";

/** A search text: at least one letter, and no longer than the server accepts. */
const NAME = /^(?=.*\p{L}).{1,100}$/u;

export async function colleagues(api: Pick<Api, "directory" | "search">, filter: string): Promise<Directory> {
  const directory = await api.directory();
  const text = filter.trim();
  if (!directory.more || !NAME.test(text)) return directory;
  const found = await api.search(text).catch(() => null);
  if (!found) return { ...directory, partial: true };
  const there = new Set(directory.agents.map((a) => a.id));
  const agents = [...directory.agents, ...found.agents.filter((a) => !there.has(a.id))];
  return { at: directory.at, agents, more: true, ...(directory.partial || found.partial ? { partial: true } : {}) };
}
