package sdk

import "regexp"

// facts are the values that Twilio's documentation names and the library's comments do not.
var facts = map[string][]string{
	// https://www.twilio.com/docs/voice/api/call-resource#call-status-values
	"ApiV2010Call.status": {
		"queued", "ringing", "in-progress", "canceled", "completed", "failed", "busy", "no-answer",
	},
	// https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource
	"UpdateCallParams.Status": {"canceled", "completed"},
	// https://www.twilio.com/docs/voice/api/conference-resource#conference-properties
	"ApiV2010Conference.status": {"init", "in-progress", "completed"},
	"ApiV2010Conference.reason_conference_ended": {
		"conference-ended-via-api", "participant-with-end-conference-on-exit-left",
		"participant-with-end-conference-on-exit-kicked", "last-participant-kicked", "last-participant-left",
	},
	// https://www.twilio.com/docs/voice/api/recording#recording-properties
	"ApiV2010Recording.status": {
		"in-progress", "paused", "stopped", "processing", "completed", "absent", "deleted",
	},
	"UpdateConferenceParams.Status":         {"completed"},
	"UpdateConferenceParams.AnnounceMethod": {"GET", "POST"},
	// https://www.twilio.com/docs/voice/api/conference-participant-resource#participant-properties
	"ApiV2010Participant.status": {"queued", "connecting", "ringing", "connected", "complete", "failed"},
	// https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource#incomingphonenumber-properties
	"ApiV2010IncomingPhoneNumber.address_requirements": {"none", "any", "local", "foreign"},
	"ApiV2010IncomingPhoneNumber.emergency_status":     {"Active", "Inactive"},
	"ApiV2010IncomingPhoneNumber.emergency_address_status": {
		"registered", "unregistered", "pending-registration", "registration-failure", "pending-unregistration",
		"unregistration-failure",
	},
	"ApiV2010IncomingPhoneNumber.voice_receive_mode": {"voice", "fax"},
	"ApiV2010IncomingPhoneNumber.origin":             {"twilio", "hosted"},
}

// required are the parameters without which Twilio refuses.
var required = map[string][]string{
	"CreateCall": {"To", "From"}, "CreateParticipant": {"To", "From"}, "CreateUserDefinedMessage": {"Content"},
}

// pageMost is the largest PageSize: https://www.twilio.com/docs/usage/twilios-response#pagination
const pageMost = 1000

// always are the fields that are never null.
var always = map[string]bool{
	"sid": true, "account_sid": true, "call_sid": true, "conference_sid": true, "uri": true, "url": true,
	"status": true, "date_created": true,
}

// sids are how the ids begin: https://www.twilio.com/docs/glossary/what-is-a-sid
var sids = map[string]string{
	"account_sid": "AC", "call_sid": "CA", "parent_call_sid": "CA", "call_sid_to_coach": "CA",
	"call_sid_ending_conference": "CA", "conference_sid": "CF", "phone_number_sid": "PN", "trunk_sid": "TK",
	"group_sid": "GP", "address_sid": "AD", "emergency_address_sid": "AD", "bundle_sid": "BU", "identity_sid": "RI",
	"sms_application_sid": "AP", "voice_application_sid": "AP",

	"ParentCallSid": "CA", "CallSidToCoach": "CA", // parameters
	"CallSid": "CA", "ConferenceSid": "CF", "Recordings": "RE", "ApiV2010Recording.sid": "RE",
	"Accounts": "AC", "Calls": "CA", "Conferences": "CF", "IncomingPhoneNumbers": "PN", // in a path

	"ApiV2010Call.sid": "CA", "ApiV2010Conference.sid": "CF", "ApiV2010IncomingPhoneNumber.sid": "PN",
	"ApiV2010UserDefinedMessage.sid": "KX", "RoutesV2PhoneNumber.sid": "QQ",
}

// shapes are formats that the documentation of a field names.
var shapes = map[string]*regexp.Regexp{
	// Not the network's own rule (notation.IsE164), which is held against this.
	"phone_number": regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`),
	"price_unit":   regexp.MustCompile(`^[A-Z]{3}$`),
	"duration":     regexp.MustCompile(`^[0-9]+$`), "queue_time": regexp.MustCompile(`^[0-9]+$`),
	"uri": regexp.MustCompile(`^/2010-04-01/`), "first_page_uri": regexp.MustCompile(`^/2010-04-01/`),
	"next_page_uri": regexp.MustCompile(`^/2010-04-01/`), "previous_page_uri": regexp.MustCompile(`^/2010-04-01/`),
	// https://www.twilio.com/docs/global-infrastructure/inbound-processing-region-api-phone-number
	"voice_region": regexp.MustCompile(`^[a-z]{2}[0-9]$`), "url": regexp.MustCompile(`^https://`),
	"voice_method": method, "voice_fallback_method": method, "status_callback_method": method,
}

var method = regexp.MustCompile(`^(GET|POST)$`)
