/** The only place where the state changes: dispatch reduces, writes the event log and tells the listeners. */
import type { Event } from "../state/event.js";
import { reduce } from "../state/reduce.js";
import { initial, type Notice, type State } from "../state/state.js";
import { EventLog } from "./eventlog.js";

export type Listener = (now: State, before: State) => void;

export class Core {
  state: State = initial;
  readonly log = new EventLog();
  private readonly listeners: Listener[] = [];
  private notices = 0;

  constructor(readonly now: () => number) {}

  readonly dispatch = (event: Event): void => {
    this.log.note(event, this.now());
    const before = this.state;
    this.state = reduce(before, event);
    if (this.state !== before) for (const listener of this.listeners) listener(this.state, before);
  };

  subscribe(listener: Listener): void {
    this.listeners.push(listener);
  }

  notice(text: string, tone: Notice["tone"]): void {
    this.dispatch({ type: "notice", notice: { id: ++this.notices, text, tone } });
  }
}
