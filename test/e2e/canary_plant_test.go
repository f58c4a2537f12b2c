//go:build e2e

package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// parts are where something is planted: the parts of access policies, and the forms that values have.
var parts = []string{"value", "nested", "mapkey", "key", "header", "state", "statekey", "timer", "exception", "log", "sql", "arg", "local"}

// typedPart is what somebody who sees everything types in a what-if: no part of the recording, and for others hidden as well.
const typedPart = "typed"

// plant is the planted string of a part, as jobs/src/main/java/e2e/Canaries.java makes it.
func plant(part, seed string) string {
	sum := sha256.Sum256([]byte(part + ":" + seed))
	return "zq" + hex.EncodeToString(sum[:7])
}

func plantAll(seed string) map[string]string {
	all := make(map[string]string)
	for _, part := range append(parts, typedPart) {
		all[part] = plant(part, seed)
	}
	return all
}

// plantRecords writes records number from to number to, which is their offset. The string of a part comes with the number behind it, so that values differ.
func plantRecords(t *testing.T, r *rig, seed string, from, to int) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.Bootstrap))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for n := from; n < to; n++ {
		numbered := func(part string) string { return fmt.Sprint(plant(part, seed), n) }
		note, err := json.Marshal(map[string]any{"inner": numbered("nested")})
		if err != nil {
			t.Fatal(err)
		}
		value, err := json.Marshal(map[string]any{"id": n, "email": numbered("value") + "@example.org", "tags": map[string]int{numbered("mapkey"): n}, "note": string(note)})
		if err != nil {
			t.Fatal(err)
		}
		record := &kgo.Record{Topic: arrivals, Key: []byte(numbered("key")), Value: value, Headers: []kgo.RecordHeader{{Key: "who", Value: []byte(numbered("header"))}}}
		if err := client.ProduceSync(t.Context(), record).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	arrivals, departures = "arrivals", "departures"
	plantedJob           = "canaries"
)

// plantedPolicy shows some fields, so that who sees masks sees something: numbers, a text that holds JSON, the values of a map. What they lead to is hidden, or a token.
const plantedPolicy = `apiVersion: sightglass/v1
kind: AccessPolicy
masking:
  classes:
    pii.contact: {rank: 30, action: token, normalise: email}
    pii.person: {rank: 30, action: token}
  rules:
    - {topics: [arrivals, departures], part: value, paths: {id: public, email: pii.contact, note: public, "tags.{}": public}}
    - {topics: [arrivals, departures], part: [key, header], paths: {"**": pii.person}}
    - {jobs: [canaries], part: [value, state, local], paths: {number: public, text: public, "text~json.id": public, "tags.{}": public, key: pii.person, who: pii.contact}}
    - {jobs: [canaries], part: [key, timer], paths: {"**": pii.person}}
roles:
  - name: engineer
    allow: [{actions: ["*"], resources: ["**"]}]
    deny: [{actions: ["topic:produce"], resources: ["**"]}]     # else there are no tokens
  - name: onlooker
    allow: [{actions: [status, "job:view", "topic:list", "cluster:view", "group:view"], resources: ["**"]}]
  - name: auditor
    allow: [{actions: ["audit:read", status], resources: ["**"]}]
  - name: nobody
`
