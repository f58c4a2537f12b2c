//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// testTypes sends numbers through values of many types and wants each of them readable on each edge, with the planted number in it.
func testTypes(t *testing.T, r *rig) {
	if err := r.kafka.CreateTopics(t.Context(), map[string]int32{"measured": 2, "gathered": 2, "repeated": 1}); err != nil {
		t.Fatal(err)
	}
	job := r.run(t, "e2e.TypeParade", "--in", "measured", "--out", "gathered", "--repeated", "repeated", "--parallelism", "2")
	const count = 400
	start := time.UnixMilli(1_750_000_000_000)
	var records []feed
	for n := range count {
		at := start.Add(time.Duration(n) * 10 * time.Millisecond)
		records = append(records, feed{payload: strconv.Itoa(n), partition: int32(n % 2), time: at})
		if n%20 == 0 {
			records = append(records, feed{payload: strconv.Itoa(n), partition: int32(n % 2), time: at})
		}
	}
	// One record far ahead on each partition closes all windows.
	for partition := range int32(2) {
		records = append(records, feed{payload: strconv.Itoa(1_000_000 + int(partition)), partition: partition, time: start.Add(time.Hour)})
	}
	r.send(t, "measured", 500, records, nil)

	gathered := r.read(t, "gathered", 5*4) // five keys, four seconds
	for payload := range windows(count, start) {
		if gathered[payload] == "" {
			t.Errorf("no window wrote %s", payload)
		}
	}
	if repeated := r.read(t, "repeated", count/20); len(repeated) != count/20 {
		t.Errorf("%d numbers were seen as repeated, want %d", len(repeated), count/20)
	}
	want := map[string]*regexp.Regexp{
		"to-pojo":  regexp.MustCompile(`name-(\d+)\b`),
		"to-tuple": regexp.MustCompile(`name-(\d+)\b`),
		"to-row":   regexp.MustCompile(`name-(\d+)\b`),
		"to-avro":  regexp.MustCompile(`name-(\d+)\b`),
		"to-map":   regexp.MustCompile(`numbers\D+(\d+)\b`),
		"to-pair":  regexp.MustCompile(`name-(\d+)\b`),
	}
	for op, pattern := range want {
		var events []recordedEvent
		await(t, time.Minute, "all records of "+op+" are stored", func(ctx context.Context) (bool, error) {
			var err error
			events, err = r.ask.events(ctx, job, op, "record")
			return len(events) >= len(records), err
		})
		if len(events) != len(records) {
			t.Errorf("%s emitted %d records, the recording has %d", op, len(records), len(events))
		}
		seen := map[int]int{}
		for _, event := range events {
			if event.View == nil {
				t.Fatalf("a record of %s has no view: %+v", op, event)
			}
			found := pattern.FindStringSubmatch(event.View.Text)
			if found == nil {
				t.Fatalf("a record of %s shows no planted number: format %s, type %s, reason %q", op, event.View.Format, event.View.Type, event.View.Reason)
			}
			n, _ := strconv.Atoi(found[1])
			seen[n]++
		}
		for n := range count {
			if times := 1 + boolInt(n%20 == 0); seen[n] != times {
				t.Errorf("%s: number %d was seen %d times, want %d", op, n, seen[n], times)
			}
		}
	}
	fmt.Printf("TYPES flink %s: %d records readable on each of %d edges\n", r.version, len(records), len(want))

	// A window is state: the walk says so instead of guessing. What a window wrote may take a moment to be stored.
	for payload, place := range gathered {
		var answer lineage
		await(t, time.Minute, "what the window wrote is stored", func(ctx context.Context) (bool, error) {
			var err error
			answer, err = r.ask.lineage(ctx, place, "up", false)
			return len(answer.Nodes) > 1, err
		})
		noted := false
		for _, note := range answer.Notes {
			noted = noted || note.Kind == "state"
		}
		if !noted || answer.Complete {
			t.Errorf("the window's output %q does not say that its lineage ends in state: %+v", payload, answer.Notes)
		}
		break
	}
}

// windows are the payloads that the windows truly write: the numbers of one key in one second of event time.
func windows(count int, start time.Time) set {
	all := set{}
	for key := range 5 {
		for from := 0; from < count; from += 100 {
			var numbers []string
			for n := from + key; n < from+100; n += 5 {
				numbers = append(numbers, strconv.Itoa(n))
			}
			end := start.Add(time.Duration(from+100) * 10 * time.Millisecond).UnixMilli()
			all.add(fmt.Sprintf("%d@%d=[%s]", key, end, strings.Join(numbers, ", ")))
		}
	}
	return all
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
