package legs

import "warmtransfer/local/twiliosim/media"

// Notice is something that an Endpoint is to be told, as a value.
type Notice interface {
	// Deliver tells it.
	Deliver()
}

// The notices, one for each method of Endpoint.
type (
	// Invited tells To that a leg rings there.
	Invited struct {
		To     Endpoint
		Invite Invite
	}
	// Answered tells To that the leg that it has placed was taken.
	Answered struct {
		To  Endpoint
		Leg string
	}
	// EndedAt tells To that a leg is over, or rings there no more.
	EndedAt struct {
		To  Endpoint
		Leg string
		End End
	}
	// Messaged hands a message over to To.
	Messaged struct {
		To      Endpoint
		Leg     string
		Message Message
	}
	// Heard tells To what a leg hears from now on. To is nil if nobody carries its sound.
	Heard struct {
		To     Endpoint
		Leg    string
		Sounds []media.Sound
	}
)

// Deliver calls Endpoint.Invite.
func (n Invited) Deliver() { n.To.Invite(n.Invite) }

// Deliver calls Endpoint.LegAnswered.
func (n Answered) Deliver() { n.To.Answered(n.Leg) }

// Deliver calls Endpoint.Ended.
func (n EndedAt) Deliver() { n.To.Ended(n.Leg, n.End) }

// Deliver calls Endpoint.Message.
func (n Messaged) Deliver() { n.To.Message(n.Leg, n.Message) }

// Deliver calls Endpoint.Hears, if there is an Endpoint.
func (n Heard) Deliver() {
	if n.To != nil {
		n.To.Hears(n.Leg, n.Sounds)
	}
}
