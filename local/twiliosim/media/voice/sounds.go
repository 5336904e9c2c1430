package voice

import (
	"net/http"
	"strings"
	"time"

	"warmtransfer/local/twiliosim/media/voice/audio"
)

// sdkSounds are the fifteen sounds of the SDK: the name of the Device option, and the
// name of the file at sdk.twilio.com.
var sdkSounds = map[string]string{
	"incoming": "incoming", "outgoing": "outgoing", "disconnect": "disconnect",
	"dtmf0": "dtmf-0", "dtmf1": "dtmf-1", "dtmf2": "dtmf-2", "dtmf3": "dtmf-3", "dtmf4": "dtmf-4",
	"dtmf5": "dtmf-5", "dtmf6": "dtmf-6", "dtmf7": "dtmf-7", "dtmf8": "dtmf-8", "dtmf9": "dtmf-9",
	"dtmfh": "dtmf-hash", "dtmfs": "dtmf-star",
}

// sdkSoundPath is where the SDK looks for its sounds when no option says otherwise.
const sdkSoundPath = "/js/client/sounds/releases/1.0.0/"

// renderSound makes the sound of a Device option.
func renderSound(option string) []int16 {
	const short = 120 * time.Millisecond
	chord := func(hz ...float64) audio.Beep { return audio.Beep{Hz: hz, Length: short} }
	switch option {
	case "incoming":
		return audio.Render(chord(523), chord(659), chord(784), chord(), chord(523), chord(659), chord(784),
			audio.Beep{Length: 2 * time.Second})
	case "outgoing":
		return audio.Render(chord(523), chord(784))
	case "disconnect":
		return audio.Render(chord(784), chord(523))
	}
	key := strings.TrimPrefix(option, "dtmf")
	return audio.DTMF(rune(strings.NewReplacer("h", "#", "s", "*").Replace(key)[0]))
}

// mountSDKHosts adds what the SDK asks of Twilio's hosts by plain HTTP: its sounds,
// under /sounds/ for a page whose config says so, and under their own paths for the
// production page in a browser that maps Twilio's hosts here; and the insights, which
// are accepted and thrown away.
func mountSDKHosts(mux *http.ServeMux) {
	for option, file := range sdkSounds {
		wav := audio.FormatWAV(renderSound(option))
		serve := func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Cache-Control", "max-age=3600")
			w.Header().Set("Content-Type", "audio/wav")
			_, _ = w.Write(wav) // a page that went away in between misses nothing
		}
		mux.HandleFunc("GET /sounds/"+option+".wav", serve)
		mux.HandleFunc("GET "+sdkSoundPath+file+".mp3", serve)
	}
	for _, path := range []string{"/v4/EndpointEvents", "/v4/EndpointMetrics"} {
		mux.HandleFunc("POST "+path, acceptInsights)
		mux.HandleFunc("OPTIONS "+path, acceptInsights)
	}
}

func acceptInsights(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Allow-Methods", "POST")
	w.Header().Set("Access-Control-Allow-Headers", "Content-Type, X-Twilio-Token")
	w.WriteHeader(http.StatusNoContent)
}
