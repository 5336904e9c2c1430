package twiliosim

import "net/http"

func (n *Network) listNumbers(q *restRequest) (int, any, *restError) {
	numbers := []any{}
	is := func(name, value string) bool { return !q.form.Has(name) || q.form.Get(name) == value }
	if is("PhoneNumber", n.number.phone) && is("FriendlyName", n.number.friendly) {
		numbers = append(numbers, n.numberJSON())
	}
	from, to, body := q.page(len(numbers))
	body["incoming_phone_numbers"] = numbers[from:to]
	return http.StatusOK, body, nil
}

func (n *Network) fetchNumber(q *restRequest) (int, any, *restError) {
	if q.args[0] != n.number.sid {
		return 0, nil, notFound(q.path)
	}
	return http.StatusOK, n.numberJSON(), nil
}

// updateNumber points the number at an application. An empty value clears a field.
func (n *Network) updateNumber(q *restRequest) (int, any, *restError) {
	if q.args[0] != n.number.sid {
		return 0, nil, notFound(q.path)
	}
	num := n.number
	for name, place := range map[string]*string{
		"VoiceUrl": &num.voice.url, "VoiceFallbackUrl": &num.voice.fallbackURL, "StatusCallback": &num.statusCallback,
	} {
		if !q.form.Has(name) {
			continue
		}
		u, bad := q.address(name, 21502)
		if bad != nil {
			return 0, nil, bad
		}
		*place = u
	}
	for name, place := range map[string]*string{
		"VoiceMethod": &num.voice.method, "VoiceFallbackMethod": &num.voice.fallbackMethod, "StatusCallbackMethod": &num.statusMethod,
	} {
		m, bad := q.method(name, *place)
		if bad != nil {
			return 0, nil, bad
		}
		*place = m
	}
	if q.form.Has("FriendlyName") {
		num.friendly = q.form.Get("FriendlyName")
	}
	num.updated = n.clock.Now()
	n.number = num
	return http.StatusOK, n.numberJSON(), nil
}

// numberJSON is the number as Twilio writes it. Locked.
func (n *Network) numberJSON() map[string]any {
	num := n.number
	return map[string]any{
		"sid": num.sid, "account_sid": n.cfg.Account, "api_version": apiVersion, "phone_number": num.phone,
		"friendly_name": num.friendly, "date_created": stamp(num.created), "date_updated": stamp(num.updated),
		"voice_url": num.voice.url, "voice_method": num.voice.method, "voice_fallback_url": num.voice.fallbackURL,
		"voice_fallback_method": num.voice.fallbackMethod, "status_callback": num.statusCallback,
		"status_callback_method": num.statusMethod, "voice_caller_id_lookup": false, "voice_receive_mode": "voice",
		"voice_application_sid": nil, "trunk_sid": nil, "beta": false, "origin": "twilio", "status": "in-use", "type": "local",
		"capabilities": map[string]any{"voice": true, "sms": false, "mms": false, "fax": false},
		"sms_url":      "", "sms_method": "POST", "sms_fallback_url": "", "sms_fallback_method": "POST", "sms_application_sid": nil,
		"address_requirements": "none", "address_sid": nil, "identity_sid": nil, "bundle_sid": nil,
		"emergency_status": "Inactive", "emergency_address_sid": nil, "emergency_address_status": "unregistered",
		"uri": "/" + apiVersion + "/Accounts/" + n.cfg.Account + "/IncomingPhoneNumbers/" + num.sid + ".json",
	}
}
