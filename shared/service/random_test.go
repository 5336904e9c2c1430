package service_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

var crew = []agent.ID{"alice", "bob", "carol"}

// TestRandomHistories drives random histories of callers, agents and faults: every callback lost,
// doubled, late or out of order, every outside call failing before and after it takes effect, two
// callers at once, who are asked, keep their place, leave no message, ring in again and are called, and two who are
// called back. The invariants hold after every step. When the faults are over and some time has passed, nobody hears
// silence, nothing is left over, and no connected caller is recorded as having left (N1, N2, N3, N4; F107, F133, F136,
// F139).
func TestRandomHistories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := NewWorld(rt, crew...)
		w.Use(service.Settings{WrapUp: time.Duration(rapid.IntRange(0, 1).Draw(rt, "wrap-up")) * 30 * time.Second})
		w.AskEvery = time.Duration(rapid.IntRange(0, 1).Draw(rt, "asks")) * 20 * time.Second
		w.Choose(Boss.ID, agent.Away)
		say := rt.Logf
		who := rapid.SampledFrom(crew)
		h := &history{w: w, say: say, who: who, there: map[call.ID]bool{}}
		h.begin(rt)
		toCaller := func(do func(call.ID)) func(*rapid.T) {
			return h.toCaller(func(_ *rapid.T, id call.ID) { do(id) })
		}
		// A step without a callback to act on does nothing.
		toCallback := func(does string, do func(i int)) func(*rapid.T) {
			return func(rt *rapid.T) {
				if waits := len(w.Phones.Told); waits > 0 {
					i := rapid.IntRange(0, waits-1).Draw(rt, "callback")
					say("%s %s", does, w.Phones.Told[i].Name)
					do(i)
				}
			}
		}
		actions := map[string]func(*rapid.T){
			"dial": func(rt *rapid.T) {
				if h.dialled == 2 { // enough
					return
				}
				id, in := w.Dial() // both have one number: the second has the place that the first keeps
				h.callers, h.there[id] = append(h.callers, id), in
				h.dialled++
				say("caller %d dials, arrived: %v", h.dialled, in)
			},
			"answer": func(rt *rapid.T) {
				a := who.Draw(rt, "agent")
				say("%s answers: %v", a, w.Answer(a))
			},
			"decline": func(rt *rapid.T) {
				a := who.Draw(rt, "agent")
				say("%s declines: %v", a, w.Reject(a, call.OutcomeDeclined))
			},
			"hang up": func(rt *rapid.T) {
				a := who.Draw(rt, "agent")
				say("%s is lost: %v", a, w.HangUp(a))
			},
			"caller hangs up": toCaller(func(id call.ID) {
				h.there[id] = false
				say("%s hangs up: %v", id, w.CallerHangsUp(id))
			}),
			"press": func(rt *rapid.T) {
				a, b := who.Draw(rt, "agent"), who.Draw(rt, "target")
				action := rapid.SampledFrom(call.Actions).Draw(rt, "action")
				switch {
				case !action.Begins():
					b = ""
				case rapid.IntRange(0, 4).Draw(rt, "kind of target") == 0:
					b = rapid.SampledFrom([]agent.ID{Outside, Anyone}).Draw(rt, "any target")
				}
				w.DialFirst = rapid.Bool().Draw(rt, "dials first")
				_, err := w.Press(a, action, b)
				say("%s presses %s %s: %v", a, action, b, err)
			},
			"press again": func(rt *rapid.T) {
				a := who.Draw(rt, "agent")
				cmd := service.Command{Action: call.DoHold, Request: "always the same"}
				_, err := w.Service.Transfer(rt.Context(), service.Principal{ID: a}, cmd, w.Now)
				w.Life.Revive()
				say("%s presses hold with an old key: %v", a, err)
			},
			"outside": func(rt *rapid.T) {
				switch rapid.IntRange(0, 4).Draw(rt, "outside") {
				case 0, 1:
					say("outside picks up, is asked: %v", w.PickUp())
				case 2:
					say("outside presses 1: %v", w.Press1(true, true))
				case 3:
					person := rapid.Bool().Draw(rt, "person")
					say("outside does not want it, or is a machine: %v", w.Press1(person, false))
				case 4:
					say("outside hangs up: %v", w.OutsideHangsUp())
				}
			},
			"status": func(rt *rapid.T) {
				a := who.Draw(rt, "agent")
				list := []agent.Status{agent.Available, agent.Available, agent.Away, agent.WrapUp}
				s := rapid.SampledFrom(list).Draw(rt, "status")
				who := service.Principal{ID: a, Name: "Agent " + string(a)}
				_, err := w.Service.SetStatus(rt.Context(), who, s, false, w.Now)
				w.Life.Revive()
				say("%s chooses %s: %v", a, s, err)
			},
			"supervise": toCaller(func(id call.ID) {
				switch m := rapid.SampledFrom(append(call.Modes, "")).Draw(rt, "mode"); {
				case m == "":
					say("the supervisor leaves %s: %v", id, w.Unwatch(id))
				case w.Rings(Boss.ID):
					say("the supervisor's page answers: %v", w.Answer(Boss.ID))
				default:
					say("the supervisor presses %s in %s: %v", m, id, w.Watch(id, m))
				}
			}),
			"supervisor lost": func(rt *rapid.T) { say("the supervisor is lost: %v", w.HangUp(Boss.ID)) },
			"page": func(rt *rapid.T) {
				a := who.Draw(rt, "agent")
				say("the page of %s falls silent", a)
				w.Silent(a)
			},
			"room": toCaller(func(id call.ID) {
				say("the conference of %s ends from outside", id)
				w.EndConference(id)
			}),
			"silence": toCaller(func(id call.ID) {
				if w.Hears(id) == "music" {
					say("the music of %s stops", id)
					w.MusicRunsOut(id)
				}
			}),
			"crash": func(rt *rapid.T) {
				n, took := rapid.IntRange(0, 12).Draw(rt, "calls"), rapid.Bool().Draw(rt, "took")
				say("crash in %d calls, after: %v", n, took)
				w.Life.CrashAt(w.Life.Calls()+n, took)
			},
			"settle": func(*rapid.T) {
				say("all callbacks are told")
				w.Settle()
			},
			"moment": func(rt *rapid.T) {
				d := rapid.IntRange(1, 15).Draw(rt, "seconds")
				say("%d s pass", d)
				w.Pass(time.Duration(d) * time.Second)
			},
			"tell":   toCallback("told", func(i int) { w.Deliver(i, false) }),
			"double": toCallback("doubled", func(i int) { w.Deliver(i, true) }),
			"lose":   toCallback("lost", w.Drop),
			"fault": func(rt *rapid.T) {
				ops := slices.Concat(outside, []string{"SetVoice", "Cancel", "PlaceOf", "SavePlaceOf"})
				op := rapid.SampledFrom(ops).Draw(rt, "call")
				took := rapid.Bool().Draw(rt, "took")
				say("the next %s fails, took effect: %v", op, took)
				w.Store.Next(op, Fault{Err: service.ErrUnavailable, Took: took})
				w.Phones.Next(op, Fault{Err: service.ErrUnknown, Took: took})
			},
			"lag": func(rt *rapid.T) {
				op := rapid.SampledFrom([]string{"FindConference", "Participants", "FindLeg"}).Draw(rt, "list")
				say("the next %s lags", op)
				w.Phones.Next(op, Fault{Err: ErrLags})
			},
			"late": func(rt *rapid.T) {
				d, silent := rapid.IntRange(1, 10).Draw(rt, "seconds"), rapid.Bool().Draw(rt, "silent")
				say("the next hold takes effect %d s late, silent: %v", d, silent)
				late := time.Duration(d) * time.Second
				w.Phones.Next("Hold", Fault{Err: service.ErrUnknown, Late: late, Silent: silent})
			},
			"music": toCaller(func(id call.ID) {
				if w.Hears(id) == "music" && !w.Asked(id) {
					w.Music(id)
				}
			}),
			"beat": func(rt *rapid.T) { _, _ = w.Beat(who.Draw(rt, "agent")) },
			"time": func(rt *rapid.T) {
				d := rapid.IntRange(1, 30).Draw(rt, "seconds")
				w.Skip(time.Duration(d) * time.Second)
				say("%d s later", d)
			},
			"": func(*rapid.T) { w.Check() },
		}
		maps.Copy(actions, h.asked())
		maps.Copy(actions, h.called())
		rt.Repeat(actions)
		w.AskEvery = 0
		w.Store.Heal()
		w.Phones.Heal()
		w.Life.Disarm()
		w.Pass(4 * time.Minute)
		w.CheckQuiet()
		for _, id := range h.callers {
			if h.there[id] && w.Call(id).Reason == call.ReasonCallerLeft {
				rt.Errorf("caller %s, who is connected, is recorded as having left", id)
			}
			w.CallerHangsUp(id)
		}
		w.Pass(30 * time.Second)
		w.CheckQuiet()
	})
}
