// Made from openapi.yaml by npm run contract; a change here is lost.
export interface components {
    schemas: {
        readonly Channel: {
            readonly address: string;
            readonly protocols: readonly string[];
            readonly until: string;
        };
        readonly ChannelMessage: {
            readonly type: "changed";
            readonly at: string;
        };
        readonly VoiceToken: {
            readonly identity: string;
            readonly token: string;
            readonly expiresAt: string;
        };
        readonly StatusRequest: {
            readonly status: components["schemas"]["Status"];
            readonly beat?: boolean;
        };
        readonly TransferRequest: {
            readonly action: components["schemas"]["Action"];
            readonly target?: string;
            readonly note?: string;
            readonly reason?: components["schemas"]["Reason"];
            readonly request?: string;
        };
        readonly Action: "consult" | "blind" | "add" | "requeue" | "swap" | "join" | "complete" | "cancel" | "hold" | "resume" | "end" | "decline";
        readonly SearchRequest: {
            readonly text: string;
        };
        readonly Directory: {
            readonly at: string;
            readonly agents: readonly components["schemas"]["DirectoryEntry"][];
            readonly more?: boolean;
            readonly partial?: boolean;
            readonly number?: string;
        };
        readonly DirectoryEntry: {
            readonly id: string;
            readonly name: string;
            readonly presence: components["schemas"]["Presence"];
            readonly since: string;
            readonly seen: string;
            readonly rung?: boolean;
        };
        readonly CallerNumber: string;
        readonly Status: "available" | "away" | "wrap-up";
        readonly Presence: "available" | "away" | "wrap-up" | "busy" | "offline";
        readonly Snapshot: {
            readonly at: string;
            readonly agent: components["schemas"]["Agent"];
            readonly call: components["schemas"]["Call"] | null;
            readonly line: components["schemas"]["Line"];
            readonly numbers?: boolean;
            readonly beatWithin?: number;
            readonly colleagues?: components["schemas"]["Directory"];
            readonly watching?: components["schemas"]["Watching"];
            readonly hours?: components["schemas"]["Hours"];
            readonly newMessages?: number;
        };
        readonly Agent: {
            readonly id: string;
            readonly name: string;
            readonly status: components["schemas"]["Status"];
            readonly presence: components["schemas"]["Presence"];
            readonly since: string;
            readonly presenceSince?: string;
            readonly wrapUpUntil?: string;
            readonly why?: components["schemas"]["StatusReason"];
            readonly by?: string;
            readonly last?: {
                readonly outcome: string;
                readonly at: string;
                readonly call?: string;
            };
            readonly recent?: readonly components["schemas"]["RecentCall"][];
        };
        readonly RecentCall: {
            readonly outcome: string;
            readonly at: string;
            readonly began?: string;
            readonly caller: components["schemas"]["CallerNumber"];
            readonly call?: string;
            readonly rang?: boolean;
            readonly with?: string;
            readonly calledBack?: boolean;
        };
        readonly StatusReason: "missed" | "unreachable";
        readonly Call: {
            readonly id: string;
            readonly version: number;
            readonly leg: string;
            readonly state: components["schemas"]["CallState"];
            readonly since: string;
            readonly role: components["schemas"]["Role"];
            readonly caller: components["schemas"]["Caller"];
            readonly owner?: components["schemas"]["Party"];
            readonly held: readonly components["schemas"]["Held"][];
            readonly heldSince?: string;
            readonly overdue?: boolean;
            readonly transfer?: components["schemas"]["Transfer"];
            readonly actions: readonly components["schemas"]["Action"][];
            readonly history: readonly components["schemas"]["HistoryEntry"][];
            readonly supervisors?: readonly components["schemas"]["Supervisor"][];
        };
        readonly CallState: "waiting" | "ringing" | "talking" | "add-ringing" | "consult-ringing" | "consulting" | "swapped" | "three-way" | "completing" | "ended" | "agent-first" | "calling" | "keeps-place";
        readonly Role: "offered" | "owner" | "transferor" | "target";
        readonly Held: "caller" | "target";
        readonly Mode: "listen" | "coach" | "barge";
        readonly Supervisor: {
            readonly name: string;
            readonly mode: components["schemas"]["Mode"];
            readonly heard?: components["schemas"]["Mode"];
        };
        readonly Watching: {
            readonly call: string;
            readonly leg: string;
            readonly mode: components["schemas"]["Mode"];
            readonly heard?: components["schemas"]["Mode"];
            readonly settled: boolean;
            readonly hidden?: boolean;
            readonly alone?: boolean;
        };
        readonly HistoryEntry: {
            readonly at: string;
            readonly what: string;
            readonly agent?: string;
            readonly name?: string;
            readonly by?: string;
            readonly byName?: string;
            readonly outcome?: string;
            readonly reason?: components["schemas"]["Reason"];
        };
        readonly Reason: "busy" | "not-my-topic" | "break";
        readonly Party: {
            readonly id: string;
            readonly name: string;
        };
        readonly Transfer: {
            readonly kind: "add" | "consult" | "blind" | "queue";
            readonly by: components["schemas"]["Party"];
            readonly to: components["schemas"]["Party"];
            readonly note?: string;
            readonly began: string;
            readonly progress: components["schemas"]["Progress"];
            readonly outcome?: string;
            readonly ended?: string;
            readonly reason?: components["schemas"]["Reason"];
        };
        readonly Progress: "planned" | "dialing" | "ringing" | "asked" | "answered" | "ended";
        readonly Settings: {
            readonly name?: string;
            readonly zone?: string;
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
                readonly date: string;
                readonly open?: components["schemas"]["DayHours"];
            }[];
            readonly emergency?: {
                readonly closed?: boolean;
                readonly endWaits?: boolean;
                readonly message?: string;
            };
            readonly voicemail?: {
                readonly closed?: boolean;
                readonly longestWait?: boolean;
                readonly nobodyOnline?: boolean;
                readonly words?: string;
            };
            readonly question?: {
                readonly ahead?: number;
                readonly every?: number;
                readonly keep?: boolean;
            };
            readonly greeting?: string;
            readonly waiting?: string;
            readonly lastWords?: string;
            readonly closedMessage?: string;
            readonly codes?: readonly string[];
            readonly music?: components["schemas"]["Music"];
            readonly language?: string;
            readonly voice?: string;
        };
        readonly Music: {
            readonly id: string;
            readonly pieces: number;
            readonly millis: number;
            readonly name?: string;
        };
        readonly DayHours: readonly {
            readonly from: string;
            readonly to: string;
        }[];
        readonly MessagePage: {
            readonly messages: readonly components["schemas"]["Message"][];
            readonly cursor?: string;
            readonly days: number;
        };
        readonly Message: {
            readonly id: string;
            readonly call: string;
            readonly caller: string;
            readonly verified: boolean;
            readonly at: string;
            readonly seconds: number;
            readonly why?: string;
            readonly state: "new" | "taken" | "done";
            readonly by?: components["schemas"]["Party"];
            readonly since?: string;
            readonly left?: boolean;
        };
        readonly MessageAct: {
            readonly action: "take" | "release" | "done";
        };
        readonly SettingsRequest: {
            readonly version: number;
            readonly settings: components["schemas"]["Settings"];
        };
        readonly LineSettings: {
            readonly version: number;
            readonly at?: string;
            readonly by?: components["schemas"]["Party"];
            readonly settings: components["schemas"]["Settings"];
            readonly open: boolean;
            readonly languages: readonly {
                readonly language: string;
                readonly voices: readonly string[];
            }[];
        };
        readonly SettingsVersions: {
            readonly versions: readonly {
                readonly version: number;
                readonly at?: string;
                readonly by?: components["schemas"]["Party"];
                readonly settings: components["schemas"]["Settings"];
            }[];
        };
        readonly CallRules: {
            readonly supervisor: boolean;
            readonly records: boolean;
            readonly messages?: boolean;
            readonly callBack?: boolean;
            readonly missed?: boolean;
            readonly codes: readonly string[];
            readonly codeRequired: boolean;
        };
        readonly OwnNote: {
            readonly note?: components["schemas"]["CallNote"];
            readonly version: number;
        };
        readonly NoteRequest: {
            readonly note: string;
            readonly code?: string;
            readonly name?: string;
            readonly version?: number;
        };
        readonly CallNote: {
            readonly by: components["schemas"]["Party"];
            readonly at: string;
            readonly note: string;
            readonly code?: string;
            readonly name?: string;
            readonly version?: number;
        };
        readonly KnownCaller: {
            readonly count: number;
            readonly more?: boolean;
            readonly name?: string;
            readonly last?: {
                readonly call: string;
                readonly at: string;
                readonly outcome: components["schemas"]["CallOutcome"];
                readonly with: readonly components["schemas"]["Party"][];
            };
            readonly note?: components["schemas"]["CallNote"];
        };
        readonly CallSearch: {
            readonly from?: string;
            readonly to?: string;
            readonly agent?: string;
            readonly caller?: string;
            readonly outcome?: components["schemas"]["CallOutcome"];
            readonly code?: string;
            readonly text?: string;
            readonly missed?: boolean;
            readonly cursor?: string;
            readonly limit?: number;
        };
        readonly CallPage: {
            readonly at: string;
            readonly calls: readonly components["schemas"]["CallRecord"][];
            readonly cursor?: string;
        };
        readonly CallOutcome: "answered" | "transferred" | "abandoned" | "expired" | "voicemail" | "kept" | "closed" | "unreached";
        readonly CallRecord: {
            readonly id: string;
            readonly arrived: string;
            readonly answered?: string;
            readonly ended: string;
            readonly endedBy: "caller" | "agent" | "line";
            readonly ender?: components["schemas"]["Party"];
            readonly outcome: components["schemas"]["CallOutcome"];
            readonly out?: {
                readonly by: components["schemas"]["Party"];
                readonly of?: string;
                readonly outcome: string;
            };
            readonly missed?: boolean;
            readonly message?: "asked" | "left" | "none";
            readonly later?: {
                readonly by: components["schemas"]["Party"];
                readonly at: string;
                readonly back?: boolean;
                readonly outcome: string;
            };
            readonly caller: components["schemas"]["CallerNumber"];
            readonly verified: boolean;
            readonly name?: string;
            readonly place?: number;
            readonly placeMore?: boolean;
            readonly wait: number;
            readonly talk: number;
            readonly hold: number;
            readonly legs: readonly components["schemas"]["RecordLeg"][];
            readonly transfers: readonly components["schemas"]["RecordTransfer"][];
            readonly history: readonly components["schemas"]["HistoryEntry"][];
            readonly notes: readonly components["schemas"]["CallNote"][];
        };
        readonly RecordLeg: {
            readonly party: components["schemas"]["Party"];
            readonly began: string;
            readonly answered?: string;
            readonly ended?: string;
            readonly outcome: string;
            readonly ring: number;
            readonly talk: number;
            readonly hold: number;
        };
        readonly RecordTransfer: {
            readonly kind: "add" | "consult" | "blind" | "queue";
            readonly by: components["schemas"]["Party"];
            readonly to: components["schemas"]["Party"];
            readonly note?: string;
            readonly reason?: components["schemas"]["Reason"];
            readonly began: string;
            readonly ended?: string;
            readonly outcome: string;
        };
        readonly Line: {
            readonly count: number;
            readonly more: boolean;
            readonly longest?: string;
            readonly kept?: number;
            readonly unknown?: boolean;
            readonly unread?: boolean;
        };
        readonly Hours: {
            readonly open: boolean;
            readonly until?: string;
        };
        readonly Problem: {
            readonly type: string;
            readonly title: string;
            readonly status: number;
            readonly detail?: string;
            readonly field?: string;
            readonly reason?: string;
            readonly state?: string;
        };
        readonly Caller: {
            readonly number: components["schemas"]["CallerNumber"];
            readonly verified: boolean;
            readonly arrived: string;
            readonly waitingSince: string;
            readonly called?: "planned" | "dialing" | "ringing" | "answered";
            readonly machine?: boolean;
        };
        readonly CallBackRequest: {
            readonly number?: string;
            readonly message?: string;
            readonly call?: string;
            readonly request?: string;
        };
        readonly Team: {
            readonly at: string;
            readonly waiting: {
                readonly list: readonly components["schemas"]["TeamWaiting"][];
                readonly more?: boolean;
                readonly unknown?: boolean;
            };
            readonly calls: {
                readonly list: readonly components["schemas"]["TeamCall"][];
                readonly more?: boolean;
                readonly unknown?: boolean;
            };
            readonly agents: {
                readonly list: readonly components["schemas"]["TeamAgent"][];
                readonly more?: boolean;
                readonly unknown?: boolean;
            };
            readonly today: components["schemas"]["TeamFigures"];
        };
        readonly TeamAction: "away" | "available" | "end" | "offer" | "listen" | "coach" | "barge" | "leave";
        readonly TeamAct: {
            readonly action: components["schemas"]["TeamAction"];
            readonly agent?: string;
            readonly call?: string;
            readonly request: string;
        };
        readonly TeamWaiting: {
            readonly call: string;
            readonly caller: components["schemas"]["Caller"];
            readonly since: string;
            readonly place: number;
            readonly requeued?: boolean;
            readonly kept?: boolean;
            readonly rung: readonly components["schemas"]["Party"][];
            readonly overdue?: boolean;
            readonly actions: readonly components["schemas"]["TeamAction"][];
        };
        readonly TeamCall: {
            readonly call: string;
            readonly caller: components["schemas"]["Caller"];
            readonly state: components["schemas"]["CallState"];
            readonly since: string;
            readonly owner?: components["schemas"]["Party"];
            readonly hear: readonly components["schemas"]["Party"][];
            readonly music: readonly components["schemas"]["Party"][];
            readonly rung: readonly components["schemas"]["Party"][];
            readonly supervisors?: readonly components["schemas"]["Supervisor"][];
            readonly overdue?: boolean;
            readonly actions: readonly components["schemas"]["TeamAction"][];
        };
        readonly TeamAgent: {
            readonly id: string;
            readonly name: string;
            readonly status: components["schemas"]["Status"];
            readonly presence: components["schemas"]["Presence"];
            readonly since: string;
            readonly seen: string;
            readonly rung?: boolean;
            readonly call?: string;
            readonly by?: string;
            readonly missed?: number;
            readonly actions: readonly components["schemas"]["TeamAction"][];
        };
        readonly TeamFigures: {
            readonly since: string;
            readonly counts?: components["schemas"]["TeamCounts"];
            readonly partial?: boolean;
        };
        readonly TeamCounts: {
            readonly arrived: number;
            readonly answered: number;
            readonly answeredQuickly: number;
            readonly abandoned: number;
            readonly expired: number;
            readonly closed: number;
            readonly voicemail?: number;
            readonly kept?: number;
            readonly averageWait?: number;
            readonly longestWait?: number;
            readonly transfers: readonly {
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
