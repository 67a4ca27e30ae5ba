// Sends pushes through github.com/sideshow/apns2 to the sink as fast as it can, and prints its time and CPU like bench/sender.ts.
//
//	apns2 <sink url> <count> <in flight>
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/token"
	"golang.org/x/net/http2"
)

type sink struct {
	APNS struct {
		Host string
		Port int
	}
	CA          string
	Credentials struct {
		APNS struct{ KeyID, TeamID, PrivateKey, Topic string }
	}
}

const payload = `{"aps":{"alert":{"title":"","body":"Hello, your parcel is on its way."},"mutable-content":1,"content-available":0},` +
	`"initialContactId":"contact-000000","messageId":"message-000000000","messageType":"MESSAGE","contentType":"text/plain"}`

func main() {
	log.SetFlags(0)
	count, err := strconv.Atoi(os.Args[2])
	check(err)
	inFlight, err := strconv.Atoi(os.Args[3])
	check(err)
	var sink sink
	response, err := http.Get(os.Args[1] + "/emulator")
	check(err)
	check(json.NewDecoder(response.Body).Decode(&sink))
	response.Body.Close()
	client, topic := open(sink)

	push := func(index int) {
		id := fmt.Sprintf("00000000-0000-8000-8000-%012x", index)
		answer, err := client.Push(&apns2.Notification{
			DeviceToken: fmt.Sprintf("%064x", index),
			Topic:       topic,
			ApnsID:      id,
			CollapseID:  id,
			Expiration:  time.Unix(1900000000, 0),
			Priority:    apns2.PriorityHigh,
			Payload:     []byte(payload),
		})
		check(err)
		if !answer.Sent() || answer.ApnsID != id {
			log.Fatalf("answered %d, apns-id %q", answer.StatusCode, answer.ApnsID)
		}
	}
	push(0)
	cpuBefore, from := cpu(), time.Now()
	var next atomic.Int64
	var running sync.WaitGroup
	for range inFlight {
		running.Go(func() {
			for index := next.Add(1); index <= int64(count); index = next.Add(1) {
				push(int(index))
			}
		})
	}
	running.Wait()
	check(json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"ms":    float64(time.Since(from).Microseconds()) / 1000,
		"cpuMs": float64((cpu() - cpuBefore).Microseconds()) / 1000,
	}))
}

func open(sink sink) (*apns2.Client, string) {
	credentials := sink.Credentials.APNS
	key, err := token.AuthKeyFromBytes([]byte(credentials.PrivateKey))
	check(err)
	client := apns2.NewTokenClient(&token.Token{AuthKey: key, KeyID: credentials.KeyID, TeamID: credentials.TeamID})
	client.Host = fmt.Sprintf("https://%s:%d", sink.APNS.Host, sink.APNS.Port)
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM([]byte(sink.CA)) {
		log.Fatal("the sink's authority is no certificate")
	}
	client.HTTPClient.Transport.(*http2.Transport).TLSClientConfig = &tls.Config{RootCAs: authorities}
	return client, credentials.Topic
}

func cpu() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
