package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/kafka"
)

// contractOf has a rule for each of so many fields, so that each bad record breaks another one: what is told is new each time.
func contractOf(fields int) string {
	var b strings.Builder
	b.WriteString("apiVersion: v3.1.0\nkind: DataContract\nid: bench\nversion: 1.0.0\nstatus: active\nschema:\n  - name: " + topicName + "\n    properties:\n")
	for i := range fields {
		fmt.Fprintf(&b, "      - {name: f%d, logicalType: integer, logicalTypeOptions: {minimum: 0}}\n", i)
	}
	return b.String()
}

// record has 0 in all fields of the contract but one, if bad is one of them.
func record(fields, bad int) []byte {
	var b bytes.Buffer
	for i := range fields {
		b.WriteByte("{,"[min(i, 1)])
		n := 0
		if i == bad {
			n = -1
		}
		fmt.Fprintf(&b, `"f%d":%d`, i, n)
	}
	b.WriteByte('}')
	return b.Bytes()
}

func call[T any](ctx context.Context, method, address string, body any) (out T, err error) {
	var send io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return out, err
		}
		send = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, send)
	if err != nil {
		return out, err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return out, err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return out, err
	}
	if answer.StatusCode != http.StatusOK {
		return out, fmt.Errorf("%s: HTTP %d: %s", address, answer.StatusCode, raw)
	}
	return out, json.Unmarshal(raw, &out)
}

// pace is how often the API is asked; a violation is seen so much later at most.
const pace = 50 * time.Millisecond

// patience is how long one violation may take before the benchmark gives up.
const patience = time.Minute

// alarms breaks one rule after the other and asks for the violation.
func (s *watched) alarms(ctx context.Context) ([]figures.Figure, error) {
	fields := s.options.rounds + 1 // the first one is broken until the engine has begun
	api := s.Address + "/api/v1"
	if _, err := call[gen.ContractApplied](ctx, http.MethodPost, api+"/contracts", map[string]string{"text": contractOf(fields), "why": "bench"}); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var written atomic.Int64
	failed := make(chan error, 1)
	go func() { failed <- s.stream(ctx, fields, &written) }()
	var took []float64
	breaks := func(bad int) error {
		_, err := s.Writer.Produce(ctx, topicName, []kafka.Message{{Partition: int32(bad % partitions), Value: record(fields, bad)}})
		return err
	}
	for bad := range fields {
		if err := breaks(bad); err != nil {
			return nil, err
		}
		began := time.Now() // the broker has it
		again := func() error { return nil }
		if bad == 0 { // what was there before the engine looked is none of its business
			again = func() error { return breaks(0) }
		}
		if err := s.await(ctx, api, fmt.Sprintf("%s/f%d/range", topicName, bad), failed, again); err != nil {
			return nil, err
		}
		if bad > 0 {
			took = append(took, time.Since(began).Seconds())
		}
		time.Sleep(time.Duration(bad%10) * 73 * time.Millisecond) // so that it does not fall in step with the engine's rounds
	}
	checks, err := call[gen.ContractChecks](ctx, http.MethodGet, api+"/contracts/bench/checks", nil)
	if err != nil {
		return nil, err
	}
	if len(checks.Coverage) != 1 {
		return nil, fmt.Errorf("the contract covers %d topics", len(checks.Coverage))
	}
	fmt.Printf("%d violations among %d good records, %s of %s looked at\n", len(took), written.Load(), checks.Coverage[0].Checked, checks.Coverage[0].Appended)
	share := checks.Coverage[0].Share
	if len(checks.Coverage[0].Gaps) > 0 {
		share = 0 // something was passed over
	}
	return []figures.Figure{
		figures.New("violation_visible_p50", "s", figures.Median(took), 2, figures.None, 0),
		figures.New("violation_visible_p95", "s", figures.Quantile(took, 0.95), 2, figures.Most, 5),
		figures.New("violation_coverage", "of_what_was_appended", share, 3, figures.Least, 0.99), // the last second is still on its way
	}, nil
}

// await asks for the violation of a check until there is one.
func (s *watched) await(ctx context.Context, api, check string, failed <-chan error, again func() error) error {
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(pace) {
		select {
		case err := <-failed:
			return errors.Join(err, ctx.Err())
		default:
		}
		page, err := call[gen.ViolationList](ctx, http.MethodGet, api+"/violations?"+url.Values{"contract": {"bench"}, "check": {check}}.Encode(), nil)
		if err != nil {
			return err
		}
		if len(page.Items) > 0 {
			return nil
		}
		if err := again(); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s was broken, and nothing tells after %v", check, patience)
}

// stream writes good records until ctx ends.
func (s *watched) stream(ctx context.Context, fields int, written *atomic.Int64) error {
	good := record(fields, -1)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		batch := make([]kafka.Message, s.options.rate/10)
		for i := range batch {
			batch[i] = kafka.Message{Partition: int32((n + i) % partitions), Value: good}
		}
		if _, err := s.Writer.Produce(ctx, topicName, batch); err != nil && ctx.Err() == nil {
			return err
		}
		written.Add(int64(len(batch)))
	}
}
