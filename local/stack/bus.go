package stack

import (
	"net"

	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/store"
)

// startBus serves the event bus, behind the guard of the functions' permissions.
func (s *Stack) startBus() (string, error) {
	l, err := net.Listen("tcp", address(0))
	if err != nil {
		return "", err
	}
	s.serve(l, s.Guard.Before(s.Bus))
	return "http://" + l.Addr().String(), nil
}

// watchStreams hands the changes of the table to the functions that the template starts with them.
func (s *Stack) watchStreams(t *sam.Template) error {
	for _, f := range t.Functions {
		if len(f.Streams) == 0 {
			continue
		}
		s.onClose(func() { _ = s.Table.Watch(s.TableName, nil) })
		return s.Table.Watch(s.TableName, func(c store.Change) {
			s.Gateway.Streamed(s.TableName, len(c.Old) > 0, c.New)
		})
	}
	return nil
}
