package twilio

import (
	"context"
	"net/url"
	"sync"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

const (
	// fullPage is the longest page that Twilio gives: https://www.twilio.com/docs/usage/twilios-response#pagination
	fullPage = 1000
	// mostPages bounds a list; an account with more calls in progress than that has no list.
	mostPages = 60
)

// Connected implements service.Lookups. The two lists are read at the same time. An account may have other
// applications, whose calls are in the lists, too.
func (c *callControl) Connected(ctx context.Context) (service.Connected, error) {
	ctx, cancel := context.WithTimeout(ctx, listTime)
	defer cancel()
	here := service.Connected{Legs: map[call.LegID]bool{}, Conferences: map[call.ID]bool{}}
	var all sync.WaitGroup
	var legs, conferences error
	all.Go(func() {
		p := (&api.ListCallParams{}).SetStatus("in-progress").SetPageSize(fullPage)
		legs = c.pages(ctx, func(s *api.ApiService, token, number string) (*string, error) {
			page, err := s.PageCall(p, token, number)
			if err != nil {
				return nil, err
			}
			for _, l := range page.Calls {
				here.Legs[call.LegID(value(l.Sid))] = true
			}
			return page.NextPageUri, nil
		})
	})
	all.Go(func() {
		p := (&api.ListConferenceParams{}).SetStatus("in-progress").SetPageSize(fullPage)
		conferences = c.pages(ctx, func(s *api.ApiService, token, number string) (*string, error) {
			page, err := s.PageConference(p, token, number)
			if err != nil {
				return nil, err
			}
			for _, r := range page.Conferences {
				here.Conferences[call.ID(value(r.FriendlyName))] = true
			}
			return page.NextPageUri, nil
		})
	})
	all.Wait()
	if legs != nil {
		return service.Connected{}, legs
	}
	return here, conferences
}

// pages reads a list to its end. Read reads the page of that token and number and returns the address of the next one.
func (c *callControl) pages(ctx context.Context,
	read func(s *api.ApiService, token, number string) (next *string, err error)) error {
	token, number := "", ""
	for range mostPages {
		var next *string
		err := contract(c.within(ctx, pageTime, func(r *requests) (err error) {
			next, err = read(apiService(r), token, number)
			return err
		}), false)
		if err != nil || value(next) == "" {
			return err
		}
		u, err := url.Parse(*next)
		if err != nil {
			return service.ErrUnknown
		}
		token, number = u.Query().Get("PageToken"), u.Query().Get("Page")
	}
	return service.ErrUnknown
}
