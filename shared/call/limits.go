package call

import "time"

// Limits and delays of the rules.
const (
	// RecallWindow is how long a caller who has lost their agent is reserved for that agent.
	RecallWindow = 20 * time.Second
	// RetryAfter is how long a caller is not offered again to an agent who did not take them.
	RetryAfter = 20 * time.Second
	// ringSlack is how much longer than the given Timeout Twilio may ring (up to five seconds, see
	// https://www.twilio.com/docs/voice/api/call-resource), and how late the callback may be.
	ringSlack = 8 * time.Second
	// findLegAfter: a dialled leg of which nothing was heard is looked for in Twilio's list of calls.
	findLegAfter = 3 * time.Second
	// throttledDelay is how long a throttled dial waits. By default Twilio starts one call a second
	// (https://www.twilio.com/docs/glossary/cps).
	throttledDelay = time.Second
	// plannedLimit is how long a leg may wait to be dialled for what must come first, such as a resume that may still
	// take effect. Then the attempt has failed.
	plannedLimit = 14 * time.Second
	// resumeLimit is how long a resume may take until its result is saved; a request to Twilio has 2.5 s.
	resumeLimit = 3 * time.Second
	// resumeRetryDelay is how long after its start a resume with an unknown result is repeated; refusedDelay how long
	// after one that has failed.
	resumeRetryDelay = 5 * time.Second
	refusedDelay     = time.Second
	// holdRetryDelay is how long after a hold that timed out it is repeated: each hold that is carried out restarts the
	// music.
	holdRetryDelay = 5 * time.Second
	// lateEffectLimit is how long after its start a resume with an unknown result may still take effect.
	lateEffectLimit = 12 * time.Second
	// lookupGap is how far apart two looks must be that both miss a leg: Twilio's lists may lag for some seconds.
	lookupGap = 4 * time.Second
	// joinLimit: an answered leg that has not joined the conference by then is looked for.
	joinLimit = 4 * time.Second
	// reconcileEvery is the least time between two reconciles.
	reconcileEvery = 5 * time.Second
	// quickDialLimit is how many legs a call may have before each further offer waits for slowDialDelay, so that
	// pages that decline by themselves are not rung without end (N10).
	quickDialLimit = 100
	slowDialDelay  = 10 * time.Second
	// screeningLimit is how long an outside party may take to press 1. The question is repeated for almost as long: a
	// telephone that screens its calls picks up first and rings its owner only then.
	screeningLimit = 45 * time.Second
	// callerAbsentLimit is how long a caller must be absent from every list until they are redirected; it is longer
	// than one music turn.
	callerAbsentLimit = 25 * time.Second
	// goodbyeLimit is how long the agents' legs are kept if the goodbye could not be spoken.
	goodbyeLimit = 20 * time.Second
)
