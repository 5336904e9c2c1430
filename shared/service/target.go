package service

import (
	"errors"

	"warmtransfer/shared/agent"
)

// Target is whom an agent asks for: ToAgent, ToNumber or ToAnyone. Nil is the target of an action that has none.
type Target interface{ isTarget() }

// ToAgent is that agent.
type ToAgent agent.ID

// ToNumber is an outside number, in E.164. Whether it may be dialled is not known yet.
type ToNumber string

// ToAnyone is the free agent who has been idle longest.
type ToAnyone struct{}

func (ToAgent) isTarget()  {}
func (ToNumber) isTarget() {}
func (ToAnyone) isTarget() {}

// anyone is ToAnyone in a request (openapi.yaml). It is not the ID of any agent.
const anyone = "*"

// ParseTarget reads the target of a request: an agent's ID, "*" for anyone, or else a number; nil for "".
func ParseTarget(s string) Target {
	switch {
	case s == "":
		return nil
	case s == anyone:
		return ToAnyone{}
	case agent.Valid(s):
		return ToAgent(s)
	}
	return ToNumber(s)
}

// Refusals of a target, besides *agent.NotFreeError, agent.ErrTooManyOutside and those of outside numbers.
var (
	// ErrNoTarget: there is no such agent.
	ErrNoTarget = errors.New("there is no such agent")
	// ErrTargetNeeded: the action needs a target, or must not have one.
	ErrTargetNeeded = errors.New("a transfer needs a target, other actions must not name one")
	// ErrNobodyFree: any agent would do, and none is free.
	ErrNobodyFree = errors.New("no agent is free")
	// ErrNotAllSeen: any agent would do. Not all could be looked at, and none of the others is free.
	ErrNotAllSeen = errors.New("not all agents can be looked at, and none of the others is free")
)
