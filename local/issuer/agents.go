package issuer

import (
	"net/mail"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Agent is somebody who can sign in.
type Agent struct {
	Username string // what access tokens carry
	Name     string // for people to read
	Groups   []string
}

// Agents are the ready-made ones. A user pool's usernames may be addresses, and names have apostrophes and accents, so
// some of these have them, too.
func Agents() []Agent {
	agent := []string{"agent"}
	return []Agent{
		{"alice", "Alice", agent},
		{"bob", "Bob", agent},
		{"carol", "Carol", agent},
		{"dave", "Dave", agent},
		{"erin", "Erin O'Neill", []string{"agent", "supervisor"}},
		{"kofi", "Kofi Adeyemi", agent},
		{"zoe.becker@example.com", "Zoë Becker", agent},
	}
}

// subject is the agent's sub claim: opaque, and the same at every start.
func (a Agent) subject() string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("agent "+a.Username)).String()
}

func (a Agent) email() string {
	if address, err := mail.ParseAddress(a.Username); err == nil {
		return address.Address
	}
	return strings.ReplaceAll(a.Username, " ", ".") + "@example.com"
}

// agent finds an agent who may sign in by username; case is ignored, as in our user pool.
func (i *Issuer) agent(username string) (Agent, bool) {
	a, ok := i.known(username)
	return a, ok && !i.grants.isDisabled(a.Username)
}

func (i *Issuer) known(username string) (Agent, bool) {
	for _, a := range i.o.Agents {
		if strings.EqualFold(a.Username, username) {
			return a, true
		}
	}
	return Agent{}, false
}

// listed are the agents who may sign in.
func (i *Issuer) listed() []Agent {
	return slices.DeleteFunc(slices.Clone(i.o.Agents), func(a Agent) bool { return i.grants.isDisabled(a.Username) })
}

// Disable ends all sign-ins of an agent, who can then not sign in; Enable undoes it. Access tokens stay valid, as a
// user pool's do. Disable returns the agent's username.
func (i *Issuer) Disable(username string) (string, error) { return i.setDisabled(username, true) }

// Enable lets an agent sign in again.
func (i *Issuer) Enable(username string) (string, error) { return i.setDisabled(username, false) }

func (i *Issuer) setDisabled(username string, off bool) (string, error) {
	a, ok := i.known(username)
	if !ok {
		return "", ErrUnknownAgent
	}
	i.grants.setDisabled(a.Username, off)
	return a.Username, nil
}
