// Pushes by sideshow/apns2 to emulated phones. The emulator runs beside the tests:
//
//	npx -p @chatpush/emulator chatpush-emulator        # or: npx chatpush emulator
//	go test ./...
package chat

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/payload"
	"github.com/sideshow/apns2/token"
	"golang.org/x/net/http2"
)

const topic = "com.example.chat"

// emulatorURL is the emulator's address: CHATPUSH_EMULATOR, or the default.
func emulatorURL() string {
	if url := os.Getenv("CHATPUSH_EMULATOR"); url != "" {
		return url
	}
	return "http://127.0.0.1:4199"
}

// get reads a JSON answer of the emulator.
func get(t *testing.T, path string, into any) {
	t.Helper()
	answer, err := http.Get(emulatorURL() + path)
	if err != nil {
		t.Fatal("No emulator is running: npx -p @chatpush/emulator chatpush-emulator: ", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", path, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// newClient creates a client as for Apple, except for the address and the trusted CA.
func newClient(t *testing.T) *apns2.Client {
	t.Helper()
	var emulator struct {
		CA          string
		APNs        struct{ URL string }
		Credentials struct {
			APNs struct{ KeyID, TeamID, PrivateKey string }
		}
	}
	get(t, "/emulator", &emulator)
	key, err := token.AuthKeyFromBytes([]byte(emulator.Credentials.APNs.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	client := apns2.NewTokenClient(&token.Token{
		AuthKey: key,
		KeyID:   emulator.Credentials.APNs.KeyID,
		TeamID:  emulator.Credentials.APNs.TeamID,
	})
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM([]byte(emulator.CA))
	client.Host = emulator.APNs.URL
	client.HTTPClient.Transport.(*http2.Transport).TLSClientConfig = &tls.Config{RootCAs: authorities}
	return client
}

func TestThePhoneLightsUp(t *testing.T) {
	phone := strings.Repeat("ab", 32)
	answer, err := newClient(t).Push(&apns2.Notification{
		DeviceToken: phone,
		Topic:       topic,
		Payload:     payload.NewPayload().AlertTitle("Ann").AlertBody("Hello from Go"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if !answer.Sent() {
		t.Fatalf("%d %s", answer.StatusCode, answer.Reason)
	}
	var shown struct {
		Notifications []struct{ Headers map[string]string }
	}
	get(t, "/emulator/phones/"+phone+"/wait?contains=Hello%20from%20Go&timeoutMs=5000", &shown)
	if got := shown.Notifications[0].Headers["apns-topic"]; got != topic {
		t.Fatalf("the topic was %q", got)
	}
}

func TestARefusalHasItsReason(t *testing.T) {
	// Not hexadecimal, so not an APNs device token.
	answer, err := newClient(t).Push(&apns2.Notification{DeviceToken: "no-token", Topic: topic, Payload: payload.NewPayload()})
	if err != nil {
		t.Fatal(err)
	}
	if answer.Reason != apns2.ReasonBadDeviceToken {
		t.Fatalf("%d %s", answer.StatusCode, answer.Reason)
	}
}
