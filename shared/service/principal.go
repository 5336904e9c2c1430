package service

import "warmtransfer/shared/agent"

// Principal is the signed-in agent.
type Principal struct {
	ID   agent.ID
	Name string
	// Supervisor: their token names the operator's group of supervisors.
	Supervisor bool
}
