//go:build e2e

package e2e

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	walks     = 1000
	walkSteps = 3
	farWalks  = 25  // so many of them begin elsewhere: the replay is taken there and back
	far       = 150 // invocations, to either side
)

// stepSeen is what one sees at a step, without what hangs on when and in which recording it was replayed.
type stepSeen struct {
	Position string          `json:"position"`
	Step     int             `json:"step"`
	Steps    int             `json:"steps"`
	Found    bool            `json:"found"`
	Kind     string          `json:"kind"`
	Frames   json.RawMessage `json:"frames"`
	Thrown   json.RawMessage `json:"thrown"`
	Returned json.RawMessage `json:"returned"`
	Done     int             `json:"done"`
	Sent     int             `json:"sent"`
	Moment   struct {
		Key   json.RawMessage `json:"key"`
		Steps []struct {
			Kind   string          `json:"kind"`
			Text   string          `json:"text"`
			State  json.RawMessage `json:"state"`
			Key    json.RawMessage `json:"key"`
			Value  json.RawMessage `json:"value"`
			Before json.RawMessage `json:"before"`
		} `json:"steps"`
	} `json:"moment"`
}

type stepAt struct {
	position string
	step     int
}

// wantWalks goes at random through the code around an invocation, both ways, by line, into calls and out of them, and from record to
// record: whichever way one came to a step, the same is seen there.
func wantWalks(t *testing.T, c *serverClient, recording, position string) {
	random := rand.New(rand.NewPCG(1, 2))
	seen := make(map[stepAt]string)
	var known []stepAt
	again, nowhere := 0, 0
	look := func(at stepAt, move string, back bool) (stepAt, bool) {
		q := url.Values{"step": {strconv.Itoa(at.step)}}
		if move != "" {
			q.Set("move", move)
			q.Set("back", strconv.FormatBool(back))
		}
		var s stepSeen
		if err := c.get(t.Context(), "/api/v1/recordings/"+recording+"/steps/"+at.position+"?"+q.Encode(), &s); err != nil {
			t.Fatalf("%v from %s, step %d, move %q, back %v", err, at.position, at.step, move, back)
		}
		if move != "" && !s.Found {
			nowhere++
			return at, false
		}
		s.Found = true
		to := stepAt{s.Position, s.Step}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		switch before, was := seen[to]; {
		case !was:
			seen[to] = string(text)
			known = append(known, to)
		case before != string(text):
			t.Fatalf("at %s, step %d, come to from %s, step %d, by %q, back %v:\n%s\nbefore it was\n%s", to.position, to.step, at.position, at.step, move, back, text, before)
		default:
			again++
		}
		return to, true
	}
	if _, ok := look(stepAt{position, -1}, "", false); !ok {
		t.Fatal("there is no first step")
	}
	head, number := position[:strings.LastIndexByte(position, '.')+1], position[strings.LastIndexByte(position, '.')+1:]
	middle, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	for i := range walks {
		at := known[random.IntN(len(known))]
		if i%(walks/farWalks) == 0 {
			at, _ = look(stepAt{head + strconv.Itoa(max(1, middle+random.IntN(2*far)-far)), -1}, "", false)
		}
		for range walkSteps {
			at, _ = look(at, [...]string{"over", "in", "out", "record"}[random.IntN(4)], random.IntN(2) == 1)
		}
	}
	wantFollowed(t, c, recording, position)
	t.Logf("%d walks of %d moves: %d places, %d times come to one again, %d times there was nothing to go to", walks, walkSteps, len(known), again, nowhere)
	if again < walks || len(known) < 100 {
		t.Errorf("the walks say little: %d places, %d times come to one again", len(known), again)
	}
}

// wantFollowed steps into the invocation that sent the newest record, time and again: it runs on, and the replay at hand began with what was there then.
func wantFollowed(t *testing.T, c *serverClient, recording, position string) {
	t.Helper()
	op, _, _ := strings.Cut(position, ".")
	for range 5 {
		var newest struct {
			Items []recordedEvent `json:"items"`
		}
		q := url.Values{"op": {op}, "kind": {"record"}, "limit": {"1"}}
		if err := c.get(t.Context(), "/api/v1/recordings/"+recording+"/events?"+q.Encode(), &newest); err != nil {
			t.Fatal(err)
		}
		if len(newest.Items) == 0 {
			t.Fatal("the operator sent nothing")
		}
		at := newest.Items[0].Position
		var s stepSeen
		if err := c.get(t.Context(), "/api/v1/recordings/"+recording+"/steps/"+at+"?step=-1", &s); err != nil {
			t.Fatalf("the newest invocation, %s: %v", at, err)
		}
		if s.Position != at || len(s.Frames) == 0 {
			t.Errorf("asked for %s, and was shown %s with the calls %s", at, s.Position, s.Frames)
		}
		time.Sleep(time.Second)
	}
}
