package rest

import (
	"net/http"

	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/notation"
)

func (s *Server) listNumbers(q *request) (int, any, *failure) {
	numbers := []any{}
	num := s.core.Number()
	if q.is("PhoneNumber", num.Phone) && q.is("FriendlyName", num.Friendly) && q.is("Origin", origin) {
		numbers = append(numbers, s.showNumber(num))
	}
	from, to, body := q.page(len(numbers))
	body["incoming_phone_numbers"] = numbers[from:to]
	return http.StatusOK, body, nil
}

func (s *Server) fetchNumber(q *request) (int, any, *failure) {
	num := s.core.Number()
	if q.args[0] != num.SID {
		return 0, nil, notFound(q.path)
	}
	return http.StatusOK, s.showNumber(num), nil
}

// updateNumber points the number at an application. An empty value clears a field.
func (s *Server) updateNumber(q *request) (int, any, *failure) {
	if q.args[0] != s.core.Number().SID {
		return 0, nil, notFound(q.path)
	}
	texts, bad := numberTexts(q)
	if bad != nil {
		return 0, nil, bad
	}
	num := s.core.UpdateNumber(func(num *exchange.Number) {
		for name, place := range map[string]*string{
			"VoiceUrl": &num.Voice.URL, "VoiceFallbackUrl": &num.Voice.FallbackURL,
			"StatusCallback": &num.StatusCallback,
			"VoiceMethod":    &num.Voice.Method, "VoiceFallbackMethod": &num.Voice.FallbackMethod,
			"StatusCallbackMethod": &num.StatusMethod, "FriendlyName": &num.Friendly,
		} {
			if text, given := texts[name]; given {
				*place = text
			}
		}
	})
	return http.StatusOK, s.showNumber(num), nil
}

// numberTexts reads what is to be changed of a number.
func numberTexts(q *request) (map[string]string, *failure) {
	texts := map[string]string{}
	for _, name := range []string{"VoiceUrl", "VoiceFallbackUrl", "StatusCallback"} {
		if !q.form.Has(name) {
			continue
		}
		u, bad := q.address(name, 21502)
		if bad != nil {
			return nil, bad
		}
		texts[name] = u
	}
	for _, name := range []string{"VoiceMethod", "VoiceFallbackMethod", "StatusCallbackMethod"} {
		m, bad := q.method(name, "")
		if bad != nil {
			return nil, bad
		}
		if m != "" {
			texts[name] = m
		}
	}
	if q.form.Has("FriendlyName") {
		texts["FriendlyName"] = q.form.Get("FriendlyName")
	}
	return texts, nil
}

// origin says that the number is no hosted one.
const origin = "twilio"

// showNumber is the number as Twilio writes it.
func (s *Server) showNumber(num exchange.Number) map[string]any {
	return map[string]any{
		"sid": num.SID, "account_sid": s.Account, "api_version": notation.Version, "phone_number": num.Phone,
		"friendly_name": num.Friendly, "date_created": stamp(num.Created), "date_updated": stamp(num.Updated),
		"voice_url": num.Voice.URL, "voice_method": num.Voice.Method, "voice_fallback_url": num.Voice.FallbackURL,
		"voice_fallback_method": num.Voice.FallbackMethod, "status_callback": num.StatusCallback,
		"status_callback_method": num.StatusMethod, "voice_caller_id_lookup": false, "voice_receive_mode": "voice",
		"voice_application_sid": nil, "trunk_sid": nil, "beta": false, "origin": origin, "status": "in-use",
		"type":         "local",
		"capabilities": map[string]any{"voice": true, "sms": false, "mms": false, "fax": false},
		"sms_url":      "", "sms_method": "POST", "sms_fallback_url": "", "sms_fallback_method": "POST",
		"sms_application_sid":  nil,
		"address_requirements": "none", "address_sid": nil, "identity_sid": nil, "bundle_sid": nil,
		"emergency_status": "Inactive", "emergency_address_sid": nil, "emergency_address_status": "unregistered",
		"uri": "/" + notation.Version + "/Accounts/" + s.Account + "/IncomingPhoneNumbers/" + num.SID + ".json",
	}
}
