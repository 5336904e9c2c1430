package rest

import (
	"net/url"
	"slices"
	"strings"
)

// unmodelled are the parameters that Twilio takes and the network does nothing with. One that would change
// who hears what, or what is told, is refused with the reason, so that an application that needs it
// fails here and not with Twilio alone. An empty value, and false, ask for nothing and are let through.
var unmodelled = []struct {
	operations, parameters string
	ignored                bool
	why                    string
}{
	{"CreateCall CreateParticipant", "Record RecordingChannels RecordingStatusCallback RecordingStatusCallbackMethod " +
		"RecordingStatusCallbackEvent RecordingConfigurationId RecordingTrack Trim", false, "nothing is recorded"},
	{"CreateParticipant", "ConferenceRecord ConferenceTrim ConferenceRecordingStatusCallback " +
		"ConferenceRecordingStatusCallbackMethod ConferenceRecordingStatusCallbackEvent", false, "nothing is recorded"},
	{"CreateParticipant", "MachineDetection", false, "whether a person or a machine has answered is not found out"},
	{"CreateCall CreateParticipant", "MachineDetectionTimeout MachineDetectionSpeechThreshold " +
		"MachineDetectionSpeechEndThreshold MachineDetectionSilenceTimeout", false,
		"a machine is found out in the usual way alone"},
	{"CreateParticipant", "AmdStatusCallback AmdStatusCallbackMethod", false,
		"whether a person or a machine has answered is not found out"},
	{"CreateCall", "SendDigits", false, "who answers hears no digits"},
	{"CreateCall CreateParticipant", "SipAuthUsername SipAuthPassword Byoc Passports", false,
		"there are no SIP addresses and no carriers"},
	{"CreateCall CreateParticipant", "ClientNotificationUrl", false, "clients are not woken up"},
	{"CreateCall", "ApplicationSid", false, "the account has no applications"},
	{"CreateParticipant", "Region", false, "every conference is mixed in us1"},
	{"CreateParticipant", "EmergencyCallerPosition EmergencyCallerLocation EmergencyName EmergencyAddress " +
		"EmergencyZipCode EmergencyCity EmergencyState EmergencyCountry", false, "there are no emergency calls"},
	{"UpdateIncomingPhoneNumber", "VoiceApplicationSid TrunkSid", false,
		"the account has no applications and no trunks"},
	{"UpdateIncomingPhoneNumber", "SmsApplicationSid SmsUrl SmsMethod SmsFallbackUrl SmsFallbackMethod " +
		"VoiceReceiveMode", false, "the number takes voice calls alone"},
	{"UpdateIncomingPhoneNumber", "VoiceCallerIdLookup", false, "callers' names are not looked up"},
	{"UpdateIncomingPhoneNumber", "AccountSid ApiVersion", false, "there is one account and one version of the API"},
	{"UpdateIncomingPhoneNumber", "EmergencyStatus EmergencyAddressSid IdentitySid AddressSid BundleSid", false,
		"the account has no addresses and no regulatory bundles"},
	{"UpdatePhoneNumber", "FriendlyName", false, "the entry bears the number's own name"},
	{"CreateCall CreateParticipant", "CallReason", true, "it is shown on telephones, and ours show a number alone"},
	{"CreateParticipant", "CallerDisplayName", true, "it is shown on telephones, and ours show a number alone"},
	{"CreateParticipant", "JitterBufferSize", true, "sound arrives in order, so nothing is held back for it"},
	{"ListIncomingPhoneNumber", "Beta", true, "it leaves out numbers that are new to Twilio, and ours is not"},
	{"ListRecording FetchRecording", "IncludeSoftDeleted", false, "a recording that is deleted is gone at once"},
	{"ListCall ListConference ListParticipant ListIncomingPhoneNumber ListRecording", "PageToken", true,
		"Page alone says which page is meant"},
}

// refuses tells why a request is not done as it is: it asks for what is not modelled, or for what Twilio does not
// know. Twilio itself lets unknown parameters pass without a word.
func (rt route) refuses(given url.Values) *failure {
	for name, values := range given {
		if slices.Contains(strings.Fields(rt.takes), name) {
			continue
		}
		ignored, why := rt.unmodelled(name)
		value := strings.Join(values, "")
		switch {
		case why == "":
			return refuse(20001, "Twilio's "+rt.name+" has no parameter "+name)
		case !ignored && value != "" && value != "false":
			return refuse(20001, "The phone network does not take "+name+" of "+rt.name+": "+why)
		}
	}
	return nil
}

// unmodelled tells what becomes of a parameter that the operation does not read; why is "" for one of which nothing
// is said.
func (rt route) unmodelled(name string) (ignored bool, why string) {
	for _, entry := range unmodelled {
		if slices.Contains(strings.Fields(entry.operations), rt.name) &&
			slices.Contains(strings.Fields(entry.parameters), name) {
			return entry.ignored, entry.why
		}
	}
	return false, ""
}
