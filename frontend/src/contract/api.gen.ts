// Made from openapi.yaml by npm run contract; a change here is lost.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly Channel: {
            /** @description Where the page connects to, wss:. */
            readonly address: string;
            /** @description The subprotocols to offer. The server chooses the first; the second is the ticket. */
            readonly protocols: readonly string[];
            /**
             * Format: date-time
             * @description When the connection is told nothing any more, since the sign-in ends; the page needs another before.
             */
            readonly until: string;
        };
        /** @description What the page gets over the push channel. It has no content, so that it can tell nobody anything. */
        readonly ChannelMessage: {
            /** @enum {string} */
            readonly type: "changed";
            /**
             * Format: date-time
             * @description When the agent's own state has changed.
             */
            readonly at: string;
        };
        readonly VoiceToken: {
            readonly identity: string;
            readonly token: string;
            /** Format: date-time */
            readonly expiresAt: string;
        };
        readonly StatusRequest: {
            readonly status: components["schemas"]["Status"];
            /** @description True for a heartbeat of the page, which does not change the status of a known agent. */
            readonly beat?: boolean;
        };
        readonly TransferRequest: {
            readonly action: components["schemas"]["Action"];
            /** @description Needed for consult, blind and add. An agent's id; or `*`, the free agent who has been idle longest; or, where the operator allows it (see the snapshot's `numbers`), an outside number in E.164. */
            readonly target?: string;
            /** @description Shown to the target before they answer. */
            readonly note?: string;
            readonly reason?: components["schemas"]["Reason"];
            /** @description The page's key for one press of a button; requests with the same key have one effect. */
            readonly request?: string;
        };
        /**
         * @description Decline is for an agent who is being rung; the others are the owner's. With blind and requeue the agent leaves at once, and the caller hears music: until the target answers, or at the head of the queue, until any agent does. If the target does not answer, the caller comes back to the agent, and then to any.
         * @enum {string}
         */
        readonly Action: "consult" | "blind" | "add" | "requeue" | "swap" | "join" | "complete" | "cancel" | "hold" | "resume" | "end" | "decline";
        readonly SearchRequest: {
            /** @description A part of a name. */
            readonly text: string;
        };
        readonly Directory: {
            /** Format: date-time */
            readonly at: string;
            readonly agents: readonly components["schemas"]["DirectoryEntry"][];
            /** @description There are more agents than these; a search finds them. */
            readonly more?: boolean;
            /** @description The line's own number, E.164. A page may accept numbers of that country without the country code. */
            readonly number?: string;
        };
        readonly DirectoryEntry: {
            readonly id: string;
            readonly name: string;
            readonly presence: components["schemas"]["Presence"];
            /**
             * Format: date-time
             * @description When the presence began.
             */
            readonly since: string;
            /**
             * Format: date-time
             * @description The last heartbeat of the agent's page.
             */
            readonly seen: string;
            /** @description Busy, and not known to have answered; rings since then. */
            readonly rung?: boolean;
        };
        /** @description The caller's number or address from the phone network, shown to agents only: E.164, or text such as a SIP address or a short or national number; empty if it is withheld. */
        readonly CallerNumber: string;
        /**
         * @description What an agent may choose.
         * @enum {string}
         */
        readonly Status: "available" | "away" | "wrap-up";
        /**
         * @description What colleagues see: a status, busy in a call, or offline because the heartbeats stopped.
         * @enum {string}
         */
        readonly Presence: "available" | "away" | "wrap-up" | "busy" | "offline";
        readonly Snapshot: {
            /**
             * Format: date-time
             * @description The server's clock.
             */
            readonly at: string;
            readonly agent: components["schemas"]["Agent"];
            readonly call: components["schemas"]["Call"] | null;
            readonly line: components["schemas"]["Line"];
            /** @description Outside numbers may be targets. */
            readonly numbers?: boolean;
            /** @description In the answer to a heartbeat: within how many seconds the next one is wanted, fewer while callers hear music, and fewer still while some hear nothing to whom this heartbeat could not come. */
            readonly beatWithin?: number;
            /** @description The directory, if the request has asked for it with `with=colleagues` and it could be read. */
            readonly colleagues?: components["schemas"]["Directory"];
            readonly watching?: components["schemas"]["Watching"];
            readonly hours?: components["schemas"]["Hours"];
        };
        /** @description The agent whose page it is. */
        readonly Agent: {
            readonly id: string;
            readonly name: string;
            readonly status: components["schemas"]["Status"];
            readonly presence: components["schemas"]["Presence"];
            /**
             * Format: date-time
             * @description When the status began.
             */
            readonly since: string;
            /**
             * Format: date-time
             * @description When the presence began, as this agent sees it.
             */
            readonly presenceSince?: string;
            /**
             * Format: date-time
             * @description While the automatic wrap-up after a call runs: its end. No calls are offered before.
             */
            readonly wrapUpUntil?: string;
            readonly why?: components["schemas"]["StatusReason"];
            /** @description The name of the supervisor who has set the status; missing if nobody has. */
            readonly by?: string;
            /** @description How the last call ended for this agent. */
            readonly last?: {
                /** @description An outcome of a transfer, or: ended (by an agent), transferred (by this agent). */
                readonly outcome: string;
                /** Format: date-time */
                readonly at: string;
                /** @description The call's id: that of the wrap-up, while it lasts. */
                readonly call?: string;
            };
            /** @description The agent's last calls, and the offers that the agent did not answer, newest first. */
            readonly recent?: readonly components["schemas"]["RecentCall"][];
        };
        readonly RecentCall: {
            /** @description As of the last call, or in more detail: ended-here (by this agent), left (a target who has left while the caller stayed with the transferor), left-ringing (a transferor who has left while the target was rung), requeued (this agent gave the caller back to the queue). */
            readonly outcome: string;
            /**
             * Format: date-time
             * @description When it ended for the agent.
             */
            readonly at: string;
            /**
             * Format: date-time
             * @description When the agent answered, or was rung.
             */
            readonly began?: string;
            readonly caller: components["schemas"]["CallerNumber"];
            /** @description The call's id. */
            readonly call?: string;
            /** @description The agent did not answer. */
            readonly rang?: boolean;
            /** @description The colleague or outside number to whom it was handed over, or who transferred it. */
            readonly with?: string;
            /** @description The agent has called the caller; outcome says how that went. */
            readonly calledBack?: boolean;
        };
        /**
         * @description Why the server changed the status.
         * @enum {string}
         */
        readonly StatusReason: "missed" | "unreachable";
        readonly Call: {
            /** @description The call's id. */
            readonly id: string;
            /** @description Rises with every change: of two snapshots of one call the one with the higher version is newer. */
            readonly version: number;
            /** @description The leg key of this agent's own leg. */
            readonly leg: string;
            readonly state: components["schemas"]["CallState"];
            /**
             * Format: date-time
             * @description When the state began.
             */
            readonly since: string;
            readonly role: components["schemas"]["Role"];
            readonly caller: components["schemas"]["Caller"];
            readonly owner?: components["schemas"]["Party"];
            /** @description Who is on hold, as far as the phone network has confirmed it. */
            readonly held: readonly components["schemas"]["Held"][];
            /**
             * Format: date-time
             * @description While the caller is on hold: since when.
             */
            readonly heldSince?: string;
            /** @description The phone network has not yet done what was asked of it (a hold or resume, a hang-up, a call to the target, the goodbye of a call that an agent has ended). It is tried again until it has. */
            readonly overdue?: boolean;
            readonly transfer?: components["schemas"]["Transfer"];
            /** @description What the server accepts from this agent now. */
            readonly actions: readonly components["schemas"]["Action"][];
            readonly history: readonly components["schemas"]["HistoryEntry"][];
            /** @description Supervisors who are in the call without a place in it. One who only listens is missing if the operator has hidden that. */
            readonly supervisors?: readonly components["schemas"]["Supervisor"][];
        };
        /**
         * @description In a call back: agent-first (the agent's own browser rings), then calling (the agent is in, and the number is dialled). Keeps-place is of a caller who is not on the line: no agent has a place in such a call.
         * @enum {string}
         */
        readonly CallState: "waiting" | "ringing" | "talking" | "add-ringing" | "consult-ringing" | "consulting" | "swapped" | "three-way" | "completing" | "ended" | "agent-first" | "calling" | "keeps-place";
        /** @enum {string} */
        readonly Role: "offered" | "owner" | "transferor" | "target";
        /** @enum {string} */
        readonly Held: "caller" | "target";
        /**
         * @description What a supervisor does in a call: listen (nobody hears them), coach (the owner of the call alone hears them), barge (everybody who is not on hold hears them). In each of them they hear everybody who is not on hold.
         * @enum {string}
         */
        readonly Mode: "listen" | "coach" | "barge";
        readonly Supervisor: {
            readonly name: string;
            readonly mode: components["schemas"]["Mode"];
            /** @description What they do as far as the phone network has confirmed it; missing while they join. */
            readonly heard?: components["schemas"]["Mode"];
        };
        /** @description The call in which this agent is as a supervisor. Missing if they are in none. */
        readonly Watching: {
            /** @description The call's id. */
            readonly call: string;
            /** @description The leg key of their own leg. */
            readonly leg: string;
            readonly mode: components["schemas"]["Mode"];
            /** @description What they do as far as the phone network has confirmed it; missing while they join. */
            readonly heard?: components["schemas"]["Mode"];
            /** @description Nothing is left to be done for mode. */
            readonly settled: boolean;
            /** @description The agents in the call are not told. */
            readonly hidden?: boolean;
            /** @description The caller has no owner now: the supervisor hears nobody, and nobody hears them. */
            readonly alone?: boolean;
        };
        readonly HistoryEntry: {
            /** Format: date-time */
            readonly at: string;
            readonly what: string;
            readonly agent?: string;
            readonly name?: string;
            /** @description Of a transfer: the id of the transferor. Of offer and set-away: that of the supervisor. */
            readonly by?: string;
            readonly byName?: string;
            readonly outcome?: string;
            readonly reason?: components["schemas"]["Reason"];
        };
        /**
         * @description Why an agent declined.
         * @enum {string}
         */
        readonly Reason: "busy" | "not-my-topic" | "break";
        readonly Party: {
            /** @description An agent's id, or an outside number in E.164. */
            readonly id: string;
            readonly name: string;
        };
        readonly Transfer: {
            /**
             * @description A queue is no transfer to somebody; it says who gave the caller back to the queue, and why.
             * @enum {string}
             */
            readonly kind: "add" | "consult" | "blind" | "queue";
            readonly by: components["schemas"]["Party"];
            readonly to: components["schemas"]["Party"];
            readonly note?: string;
            /** Format: date-time */
            readonly began: string;
            readonly progress: components["schemas"]["Progress"];
            /** @description Once it has ended: answered, no-answer, busy, declined, failed or failed:code, cancelled, caller-left, lost. Of a queue: queued. */
            readonly outcome?: string;
            /**
             * Format: date-time
             * @description When it ended; of a queue, when the next agent answered.
             */
            readonly ended?: string;
            readonly reason?: components["schemas"]["Reason"];
        };
        /**
         * @description The progress of the target's leg; asked is an outside party who has answered and not yet accepted.
         * @enum {string}
         */
        readonly Progress: "planned" | "dialing" | "ringing" | "asked" | "answered" | "ended";
        /** @description What a supervisor may set. Nothing is needed; a line without any is always open, in English. */
        readonly Settings: {
            /** @description The line's name, as an outside party hears it first. */
            readonly name?: string;
            /** @description The IANA time zone of hours and holidays, such as Europe/Berlin. */
            readonly zone?: string;
            /** @description Opening hours by weekday. Without them the line is always open; a day without any is closed. */
            readonly hours?: {
                readonly monday?: components["schemas"]["DayHours"];
                readonly tuesday?: components["schemas"]["DayHours"];
                readonly wednesday?: components["schemas"]["DayHours"];
                readonly thursday?: components["schemas"]["DayHours"];
                readonly friday?: components["schemas"]["DayHours"];
                readonly saturday?: components["schemas"]["DayHours"];
                readonly sunday?: components["schemas"]["DayHours"];
            };
            readonly holidays?: readonly {
                /** @description Such as 2026-12-25. */
                readonly date: string;
                readonly open?: components["schemas"]["DayHours"];
            }[];
            readonly emergency?: {
                /** @description New callers hear the message and a goodbye. Calls in progress go on. */
                readonly closed?: boolean;
                /** @description Callers in the queue hear it, too, and their calls end. */
                readonly endWaits?: boolean;
                readonly message?: string;
            };
            /** @description When a caller is asked to leave a message; without it nobody is. */
            readonly voicemail?: {
                /** @description While the line is closed, in place of the goodbye. */
                readonly closed?: boolean;
                /** @description Who has waited as long as the operator allows, likewise. */
                readonly longestWait?: boolean;
                /** @description Who calls while no agent is online, in place of the queue. */
                readonly nobodyOnline?: boolean;
                /** @description Ask for the message; a tone follows. */
                readonly words?: string;
            };
            /** @description When a caller is asked whether they leave a message in place of waiting; without it nobody is. */
            readonly question?: {
                /** @description Who arrives while so many callers wait; 0 for nobody. */
                readonly ahead?: number;
                /** @description Who waits, once in so many minutes; 0 for nobody. */
                readonly every?: number;
                /** @description They may keep their place and be called, too, if their number may be dialled. */
                readonly keep?: boolean;
            };
            /** @description In place of the greeting of the catalogue. */
            readonly greeting?: string;
            /** @description Said now and then to who is in the queue. */
            readonly waiting?: string;
            /** @description When an agent has ended the call. */
            readonly lastWords?: string;
            /** @description When the line is closed; a goodbye follows. */
            readonly closedMessage?: string;
            /** @description What an agent can give a call in the wrap-up, in place of the codes of the deployment. */
            readonly codes?: readonly string[];
            readonly music?: components["schemas"]["Music"];
            /** @description Of all prompts: en, de, es or fr. English if it is missing. */
            readonly language?: string;
            /** @description One of the voices of the language. */
            readonly voice?: string;
        };
        /** @description The line's own music, as its upload has answered. Without it, and if it cannot be had, callers hear the usual music. */
        readonly Music: {
            readonly id: string;
            readonly pieces: number;
            /** @description How long each piece lasts; together ten seconds to three minutes. */
            readonly millis: number;
            /** @description Of the file, for supervisors. */
            readonly name?: string;
        };
        /** @description In order; a break is the time between two. */
        readonly DayHours: readonly {
            /** @description Such as 09:00. */
            readonly from: string;
            /** @description Such as 17:30, after from; 24:00 is the end of the day. */
            readonly to: string;
        }[];
        readonly MessagePage: {
            readonly messages: readonly components["schemas"]["Message"][];
            /** @description Where the next page begins; missing on the last one. */
            readonly cursor?: string;
            /** @description For how many days a message is kept. */
            readonly days: number;
        };
        readonly Message: {
            readonly id: string;
            /** @description The call's id, as in the records. */
            readonly call: string;
            /** @description The caller's number; empty: withheld. */
            readonly caller: string;
            readonly verified: boolean;
            /**
             * Format: date-time
             * @description When it was left.
             */
            readonly at: string;
            readonly seconds: number;
            /** @description Why nobody talked to the caller: closed, abandoned_by_policy (the longest wait), nobody-online, message (the caller has chosen to leave one). */
            readonly why?: string;
            /** @enum {string} */
            readonly state: "new" | "taken" | "done";
            readonly by?: components["schemas"]["Party"];
            /**
             * Format: date-time
             * @description When it was taken or done.
             */
            readonly since?: string;
        };
        readonly MessageAct: {
            /** @enum {string} */
            readonly action: "take" | "release" | "done";
        };
        readonly SettingsRequest: {
            /** @description The version that is replaced. */
            readonly version: number;
            readonly settings: components["schemas"]["Settings"];
        };
        readonly LineSettings: {
            readonly version: number;
            /**
             * Format: date-time
             * @description When they were saved.
             */
            readonly at?: string;
            readonly by?: components["schemas"]["Party"];
            readonly settings: components["schemas"]["Settings"];
            /** @description Whether the line takes new calls now, by these settings. */
            readonly open: boolean;
            readonly languages: readonly {
                readonly language: string;
                readonly voices: readonly string[];
            }[];
        };
        readonly SettingsVersions: {
            readonly versions: readonly {
                readonly version: number;
                /** Format: date-time */
                readonly at?: string;
                readonly by?: components["schemas"]["Party"];
                readonly settings: components["schemas"]["Settings"];
            }[];
        };
        readonly CallRules: {
            /** @description The agent's token names the operator's group of supervisors. */
            readonly supervisor: boolean;
            /** @description False if the operator keeps no records. Then there is no history, and no note can be kept. */
            readonly records: boolean;
            /** @description True if the line asks callers for messages, or there are some. Missing in releases that take none. */
            readonly messages?: boolean;
            /** @description True if the operator lets agents call callers back, in the countries of outside numbers. Missing in releases that cannot. */
            readonly callBack?: boolean;
            /** @description The operator's codes, in their order; may be empty. */
            readonly codes: readonly string[];
            /** @description The agent must choose a code before Done. The page holds it: the server keeps a note without one, since it is saved as typed. */
            readonly codeRequired: boolean;
        };
        readonly OwnNote: {
            readonly note?: components["schemas"]["CallNote"];
            /** @description For the next save, also if the note was emptied; 0: there was never one. */
            readonly version: number;
        };
        readonly NoteRequest: {
            readonly note: string;
            /** @description One of the codes of GET /calls/rules; 400 malformed otherwise. */
            readonly code?: string;
            /** @description The caller's name, shown with the number's next calls. */
            readonly name?: string;
            /** @description Of the note that this one replaces, as it was seen; 0: none. Without it the note replaces any. */
            readonly version?: number;
        };
        /** @description What one agent has noted on a call. */
        readonly CallNote: {
            readonly by: components["schemas"]["Party"];
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            readonly at: string;
            readonly note: string;
            readonly code?: string;
            /** @description The caller's name. */
            readonly name?: string;
            /** @description How often it was saved. */
            readonly version?: number;
        };
        readonly KnownCaller: {
            /** @description Ended calls of this number; 0 if the number is withheld. */
            readonly count: number;
            /** @description There are more than count. */
            readonly more?: boolean;
            /** @description The name that the newest note with a name has set. */
            readonly name?: string;
            /** @description The last call. */
            readonly last?: {
                readonly call: string;
                /**
                 * Format: date-time
                 * @description When it ended.
                 */
                readonly at: string;
                readonly outcome: components["schemas"]["CallOutcome"];
                /** @description Who has talked to the caller, in order. */
                readonly with: readonly components["schemas"]["Party"][];
            };
            /** @description The newest note with a text or a code, of this or an earlier call. */
            readonly note?: components["schemas"]["CallNote"];
        };
        readonly CallSearch: {
            /**
             * Format: date-time
             * @description Ended at this time or later; 92 days before `to` at most. If it is missing: RecordDays before `to`, or 92 days if that is more.
             */
            readonly from?: string;
            /**
             * Format: date-time
             * @description Ended before this time. If it is missing: now.
             */
            readonly to?: string;
            /** @description An agent's id. 403 not-supervisor if an agent names another. */
            readonly agent?: string;
            /** @description The caller's number as the page shows it, whole. */
            readonly caller?: string;
            readonly outcome?: components["schemas"]["CallOutcome"];
            /** @description As a note has it; not all are among today's. */
            readonly code?: string;
            /** @description A part of a note, of a transfer's note, or of a caller's name; case does not count. */
            readonly text?: string;
            /** @description The cursor of the page before, with the same filters. */
            readonly cursor?: string;
            /** @description Calls on one page: 25 if it is missing. An export asks for more. */
            readonly limit?: number;
        };
        readonly CallPage: {
            /**
             * Format: date-time
             * @description The server's clock.
             */
            readonly at: string;
            readonly calls: readonly components["schemas"]["CallRecord"][];
            /** @description There may be more. A page may be short or even empty and have a cursor all the same: for each request the server reads a bounded number of records, and goes through a bounded time. */
            readonly cursor?: string;
        };
        /**
         * @description Of a whole call: answered (an agent or an outside party talked to the caller), transferred (and it was handed over at least once), abandoned (the caller left before anybody answered), expired (the caller waited longer than the operator's limit, and heard a goodbye), voicemail (the caller was asked for a message, as they chose or because nobody was online), kept (the caller chose to be called when it is their turn), closed (the line was closed, and the caller heard so), unreached (an agent has called the caller, and `out` says why they were not reached).
         * @enum {string}
         */
        readonly CallOutcome: "answered" | "transferred" | "abandoned" | "expired" | "voicemail" | "kept" | "closed" | "unreached";
        /** @description All that is kept of a call that has ended. */
        readonly CallRecord: {
            readonly id: string;
            /** Format: date-time */
            readonly arrived: string;
            /**
             * Format: date-time
             * @description The first answer; missing if nobody answered.
             */
            readonly answered?: string;
            /** Format: date-time */
            readonly ended: string;
            /**
             * @description Line: the goodbye after the operator's limit of waiting, or because the line was closed.
             * @enum {string}
             */
            readonly endedBy: "caller" | "agent" | "line";
            /** @description With endedBy agent, who it was. */
            readonly ender?: components["schemas"]["Party"];
            readonly outcome: components["schemas"]["CallOutcome"];
            /** @description An agent has called the caller. */
            readonly out?: {
                readonly by: components["schemas"]["Party"];
                /** @description The id of the call or of the message for which they were called. */
                readonly of?: string;
                /** @description answered, or why they were not reached: busy, no-answer, declined, failed (with Twilio's code after a colon), cancelled (by the agent), lost (the agent's page), caller-left (they picked up and hung up at once). machine, if Twilio takes who has picked up for one; it is never certain. */
                readonly outcome: string;
            };
            readonly caller: components["schemas"]["CallerNumber"];
            readonly verified: boolean;
            /** @description The caller's name, of the newest note with one. */
            readonly name?: string;
            /** @description Place in the queue at arrival; missing if it is not known. */
            readonly place?: number;
            /** @description The place was this one or further back. */
            readonly placeMore?: boolean;
            /** @description Seconds that the caller waited in the queue or for a blind transfer's target, all together. */
            readonly wait: number;
            /** @description Seconds that the caller could hear somebody. */
            readonly talk: number;
            /** @description Seconds that the caller was on hold, consults included. */
            readonly hold: number;
            readonly legs: readonly components["schemas"]["RecordLeg"][];
            readonly transfers: readonly components["schemas"]["RecordTransfer"][];
            readonly history: readonly components["schemas"]["HistoryEntry"][];
            /** @description One for each agent at most. */
            readonly notes: readonly components["schemas"]["CallNote"][];
        };
        /** @description One leg of an agent or an outside party, in the order in which they were rung. */
        readonly RecordLeg: {
            readonly party: components["schemas"]["Party"];
            /**
             * Format: date-time
             * @description When it was decided to ring them.
             */
            readonly began: string;
            /** Format: date-time */
            readonly answered?: string;
            /** Format: date-time */
            readonly ended?: string;
            /** @description Of who was rung and did not answer, an outcome of a transfer. Of who answered: ended (by an agent), transferred (by them), caller-left, cancelled, lost. */
            readonly outcome: string;
            /** @description Seconds until the answer or the end. */
            readonly ring: number;
            /** @description Seconds in the call, less those on hold. */
            readonly talk: number;
            /** @description Seconds that this party was on hold. */
            readonly hold: number;
        };
        readonly RecordTransfer: {
            /** @enum {string} */
            readonly kind: "add" | "consult" | "blind" | "queue";
            readonly by: components["schemas"]["Party"];
            readonly to: components["schemas"]["Party"];
            /** @description The transferor's note to the target. */
            readonly note?: string;
            readonly reason?: components["schemas"]["Reason"];
            /** Format: date-time */
            readonly began: string;
            /** Format: date-time */
            readonly ended?: string;
            /** @description As of a transfer in the snapshot. Answered: handed over. */
            readonly outcome: string;
        };
        readonly Line: {
            readonly count: number;
            /** @description There are more than count. */
            readonly more: boolean;
            /**
             * Format: date-time
             * @description When the longest waiting caller entered the queue.
             */
            readonly longest?: string;
            /** @description So many of them are not on the line; they keep a place and are called. */
            readonly kept?: number;
            /** @description The queue was not read: count means nothing, the page keeps what it was told last, and the rest is valid. */
            readonly unknown?: boolean;
        };
        /** @description Whether the line takes new calls, by its settings as they were half a minute ago at most. Only in answers of /agents/me: otherwise the page keeps what it was told last. */
        readonly Hours: {
            readonly open: boolean;
            /**
             * Format: date-time
             * @description When its hours change that; missing if they do not soon, or in an emergency.
             */
            readonly until?: string;
        };
        readonly Problem: {
            /** @description A stable slug, e.g. /problems/wrong-state */
            readonly type: string;
            readonly title: string;
            readonly status: number;
            readonly detail?: string;
            /** @description With settings-refused: the value, such as hours.monday[1].from. */
            readonly field?: string;
            /** @description With target-not-allowed: not-e164, own, country, short, premium or no-person. With target-in-call and too-many-numbers: caller, if the number is the caller's, or too many were dialled for this caller. */
            readonly reason?: string;
            /** @description With 409: the state the call is in. */
            readonly state?: string;
        };
        readonly Caller: {
            readonly number: components["schemas"]["CallerNumber"];
            readonly verified: boolean;
            /** Format: date-time */
            readonly arrived: string;
            /**
             * Format: date-time
             * @description When the caller last entered the queue.
             */
            readonly waitingSince: string;
            /**
             * @description In a call back, how far the caller's leg is; planned until it is dialled. Missing if the caller has called the line.
             * @enum {string}
             */
            readonly called?: "planned" | "dialing" | "ringing" | "answered";
            /** @description Twilio takes who has picked up for a machine; it is never certain. */
            readonly machine?: boolean;
        };
        /** @description Exactly one of number, message and call. */
        readonly CallBackRequest: {
            /** @description E.164, strictly. */
            readonly number?: string;
            /** @description The id of a message, whose caller is called. */
            readonly message?: string;
            /** @description The id of a call of the agent's recent calls or records. */
            readonly call?: string;
            /** @description The request key; the page that has made it answers. */
            readonly request?: string;
        };
        readonly Team: {
            /**
             * Format: date-time
             * @description The server's clock.
             */
            readonly at: string;
            readonly waiting: {
                /** @description The callers without an owner, in the queue's order. */
                readonly list: readonly components["schemas"]["TeamWaiting"][];
                /** @description More wait. */
                readonly more?: boolean;
                /** @description The queue could not be read; the list says nothing. */
                readonly unknown?: boolean;
            };
            readonly calls: {
                /** @description The calls with an owner, those whose state is oldest first. */
                readonly list: readonly components["schemas"]["TeamCall"][];
                /** @description There are more. */
                readonly more?: boolean;
                /** @description The calls could not be read; the list says nothing. */
                readonly unknown?: boolean;
            };
            readonly agents: {
                /** @description The agents in the directory's order. */
                readonly list: readonly components["schemas"]["TeamAgent"][];
                /** @description There are more. */
                readonly more?: boolean;
                /** @description The agents could not be read; the list says nothing. */
                readonly unknown?: boolean;
            };
            readonly today: components["schemas"]["TeamFigures"];
        };
        /**
         * @description Set an agent Away or Available, as if they had chosen it; end a call with the goodbye that its owner's end gives; offer a waiting caller to a named agent. With listen, coach and barge the supervisor's own device is rung, which answers by itself, or changes what it does; leave ends that.
         * @enum {string}
         */
        readonly TeamAction: "away" | "available" | "end" | "offer" | "listen" | "coach" | "barge" | "leave";
        readonly TeamAct: {
            readonly action: components["schemas"]["TeamAction"];
            /** @description An agent's id, for away, available and offer. */
            readonly agent?: string;
            /** @description A call's id, for all but away and available. */
            readonly call?: string;
            /** @description The page's key of this press. */
            readonly request: string;
        };
        readonly TeamWaiting: {
            readonly call: string;
            readonly caller: components["schemas"]["Caller"];
            /**
             * Format: date-time
             * @description In the queue since then; not at arrival, if requeued.
             */
            readonly since: string;
            readonly place: number;
            /** @description Has talked before, so that they are ahead of all who have not. */
            readonly requeued?: boolean;
            /** @description Is not on the line: keeps their place, and is called when it is their turn. */
            readonly kept?: boolean;
            /** @description Who is being rung for the caller. */
            readonly rung: readonly components["schemas"]["Party"][];
            /** @description Twilio has not done yet what was asked of it. */
            readonly overdue?: boolean;
            readonly actions: readonly components["schemas"]["TeamAction"][];
        };
        readonly TeamCall: {
            readonly call: string;
            readonly caller: components["schemas"]["Caller"];
            readonly state: components["schemas"]["CallState"];
            /**
             * Format: date-time
             * @description When the state began.
             */
            readonly since: string;
            /** @description Missing for a moment in which nobody owns the call. */
            readonly owner?: components["schemas"]["Party"];
            /** @description Who hears each other, as far as Twilio has confirmed it. The caller's id is #caller. */
            readonly hear: readonly components["schemas"]["Party"][];
            /** @description Who hears music. */
            readonly music: readonly components["schemas"]["Party"][];
            /** @description Who is being rung. */
            readonly rung: readonly components["schemas"]["Party"][];
            /** @description Supervisors who are in the call without a place in it. */
            readonly supervisors?: readonly components["schemas"]["Supervisor"][];
            /** @description Twilio has not done yet what was asked of it. */
            readonly overdue?: boolean;
            readonly actions: readonly components["schemas"]["TeamAction"][];
        };
        readonly TeamAgent: {
            readonly id: string;
            readonly name: string;
            readonly status: components["schemas"]["Status"];
            readonly presence: components["schemas"]["Presence"];
            /**
             * Format: date-time
             * @description When the presence began.
             */
            readonly since: string;
            /**
             * Format: date-time
             * @description The last heartbeat of the agent's page.
             */
            readonly seen: string;
            /** @description Busy, and not known to have answered. */
            readonly rung?: boolean;
            /** @description The id of the call that they are in or rung for. */
            readonly call?: string;
            /** @description The name of the supervisor who has set the status. */
            readonly by?: string;
            /** @description Offers that rang out today; missing if that is not known. */
            readonly missed?: number;
            readonly actions: readonly components["schemas"]["TeamAction"][];
        };
        readonly TeamFigures: {
            /**
             * Format: date-time
             * @description When the day began.
             */
            readonly since: string;
            readonly counts?: components["schemas"]["TeamCounts"];
            /** @description There are more calls than are counted; those that are missing are counted within the next requests. */
            readonly partial?: boolean;
        };
        /**
         * @description Of the calls that arrived since the day began, those in progress included; the transfers are also of calls in which an
         *       agent has called somebody. Missing if they are not known: the
         *     records cannot be read, or the line keeps none.
         */
        readonly TeamCounts: {
            readonly arrived: number;
            readonly answered: number;
            /** @description Answered within 20 seconds. */
            readonly answeredQuickly: number;
            /** @description The caller left before anybody answered. */
            readonly abandoned: number;
            /** @description The caller waited longer than the operator's limit, and heard a goodbye. */
            readonly expired: number;
            /** @description The line was closed, and the caller heard so. */
            readonly closed: number;
            /** @description The caller was asked for a message. Missing: none. */
            readonly voicemail?: number;
            /** @description The caller chose to be called when it is their turn. Missing: none. */
            readonly kept?: number;
            /** @description Seconds from the arrival to the first answer, or to the end of a call that nobody answered. Callers who heard that the line was closed do not count. Missing if there is no such call. */
            readonly averageWait?: number;
            /** @description The longest of these, and of those who wait for a first answer now. Missing if there is none. */
            readonly longestWait?: number;
            /** @description Transfers that are over, by outcome, the most first. */
            readonly transfers: readonly {
                /** @description An outcome of a transfer. */
                readonly outcome: string;
                readonly count: number;
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Channel = components['schemas']['Channel'];
export type ChannelMessage = components['schemas']['ChannelMessage'];
export type VoiceToken = components['schemas']['VoiceToken'];
export type StatusRequest = components['schemas']['StatusRequest'];
export type TransferRequest = components['schemas']['TransferRequest'];
export type Action = components['schemas']['Action'];
export type SearchRequest = components['schemas']['SearchRequest'];
export type Directory = components['schemas']['Directory'];
export type DirectoryEntry = components['schemas']['DirectoryEntry'];
export type CallerNumber = components['schemas']['CallerNumber'];
export type Status = components['schemas']['Status'];
export type Presence = components['schemas']['Presence'];
export type Snapshot = components['schemas']['Snapshot'];
export type Agent = components['schemas']['Agent'];
export type RecentCall = components['schemas']['RecentCall'];
export type StatusReason = components['schemas']['StatusReason'];
export type Call = components['schemas']['Call'];
export type CallState = components['schemas']['CallState'];
export type Role = components['schemas']['Role'];
export type Held = components['schemas']['Held'];
export type Mode = components['schemas']['Mode'];
export type Supervisor = components['schemas']['Supervisor'];
export type Watching = components['schemas']['Watching'];
export type HistoryEntry = components['schemas']['HistoryEntry'];
export type Reason = components['schemas']['Reason'];
export type Party = components['schemas']['Party'];
export type Transfer = components['schemas']['Transfer'];
export type Progress = components['schemas']['Progress'];
export type Settings = components['schemas']['Settings'];
export type Music = components['schemas']['Music'];
export type DayHours = components['schemas']['DayHours'];
export type MessagePage = components['schemas']['MessagePage'];
export type Message = components['schemas']['Message'];
export type MessageAct = components['schemas']['MessageAct'];
export type SettingsRequest = components['schemas']['SettingsRequest'];
export type LineSettings = components['schemas']['LineSettings'];
export type SettingsVersions = components['schemas']['SettingsVersions'];
export type CallRules = components['schemas']['CallRules'];
export type OwnNote = components['schemas']['OwnNote'];
export type NoteRequest = components['schemas']['NoteRequest'];
export type CallNote = components['schemas']['CallNote'];
export type KnownCaller = components['schemas']['KnownCaller'];
export type CallSearch = components['schemas']['CallSearch'];
export type CallPage = components['schemas']['CallPage'];
export type CallOutcome = components['schemas']['CallOutcome'];
export type CallRecord = components['schemas']['CallRecord'];
export type RecordLeg = components['schemas']['RecordLeg'];
export type RecordTransfer = components['schemas']['RecordTransfer'];
export type Line = components['schemas']['Line'];
export type Hours = components['schemas']['Hours'];
export type Problem = components['schemas']['Problem'];
export type Caller = components['schemas']['Caller'];
export type CallBackRequest = components['schemas']['CallBackRequest'];
export type Team = components['schemas']['Team'];
export type TeamAction = components['schemas']['TeamAction'];
export type TeamAct = components['schemas']['TeamAct'];
export type TeamWaiting = components['schemas']['TeamWaiting'];
export type TeamCall = components['schemas']['TeamCall'];
export type TeamAgent = components['schemas']['TeamAgent'];
export type TeamFigures = components['schemas']['TeamFigures'];
export type TeamCounts = components['schemas']['TeamCounts'];
export type $defs = Record<string, never>;
type FlattenedDeepRequired<T> = {
    [K in keyof T]-?: FlattenedDeepRequired<T[K] extends unknown[] | undefined | null ? Extract<T[K], unknown[]>[number] : T[K]>;
};
type ReadonlyArray<T> = [
    Exclude<T, undefined>
] extends [
    unknown[]
] ? Readonly<Exclude<T, undefined>> : Readonly<Exclude<T, undefined>[]>;
export const channelMessageTypeValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["ChannelMessage"]["type"]> = ["changed"];
export const actionValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Action"]> = ["consult", "blind", "add", "requeue", "swap", "join", "complete", "cancel", "hold", "resume", "end", "decline"];
export const statusValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Status"]> = ["available", "away", "wrap-up"];
export const presenceValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Presence"]> = ["available", "away", "wrap-up", "busy", "offline"];
export const statusReasonValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["StatusReason"]> = ["missed", "unreachable"];
export const callStateValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["CallState"]> = ["waiting", "ringing", "talking", "add-ringing", "consult-ringing", "consulting", "swapped", "three-way", "completing", "ended", "agent-first", "calling", "keeps-place"];
export const roleValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Role"]> = ["offered", "owner", "transferor", "target"];
export const heldValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Held"]> = ["caller", "target"];
export const modeValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Mode"]> = ["listen", "coach", "barge"];
export const reasonValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Reason"]> = ["busy", "not-my-topic", "break"];
export const transferKindValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Transfer"]["kind"]> = ["add", "consult", "blind", "queue"];
export const progressValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Progress"]> = ["planned", "dialing", "ringing", "asked", "answered", "ended"];
export const messageStateValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Message"]["state"]> = ["new", "taken", "done"];
export const messageActActionValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["MessageAct"]["action"]> = ["take", "release", "done"];
export const callOutcomeValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["CallOutcome"]> = ["answered", "transferred", "abandoned", "expired", "voicemail", "kept", "closed", "unreached"];
export const callRecordEndedByValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["CallRecord"]["endedBy"]> = ["caller", "agent", "line"];
export const recordTransferKindValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["RecordTransfer"]["kind"]> = ["add", "consult", "blind", "queue"];
export const callerCalledValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["Caller"]["called"]> = ["planned", "dialing", "ringing", "answered"];
export const teamActionValues: ReadonlyArray<FlattenedDeepRequired<components>["schemas"]["TeamAction"]> = ["away", "available", "end", "offer", "listen", "coach", "barge", "leave"];
export type operations = Record<string, never>;
