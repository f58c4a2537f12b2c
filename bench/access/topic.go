package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/tools/lab"
)

// nothing is a filter that every record is asked and none fits, and jq's words for it.
const (
	nothing   = `value.merchantId == "nobody" && value.amount > 10.0`
	nothingJQ = `select(.merchantId == "nobody" and .amount > 10)`
)

func (s *looked) records(topic string, q url.Values) string {
	return s.Address + "/api/v1/clusters/bench/topics/" + topic + "/records?" + q.Encode()
}

func get[T any](ctx context.Context, address string) (out T, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return out, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return out, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return out, err
	}
	if answer.StatusCode != http.StatusOK {
		return out, fmt.Errorf("%s: %s", address, body)
	}
	return out, json.Unmarshal(body, &out)
}

func (s *looked) measure(ctx context.Context, l *lab.Lab) ([]figures.Figure, error) {
	if err := s.start(ctx, l); err != nil {
		return nil, err
	}
	var all []figures.Figure
	for _, part := range []func(context.Context) ([]figures.Figure, error){s.firstPages, s.scans, s.tails} {
		more, err := part(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// firstPages asks for the 50 newest records of 12 partitions.
func (s *looked) firstPages(ctx context.Context) ([]figures.Figure, error) {
	var ms []float64
	for range s.options.pages + 1 {
		began := time.Now()
		page, err := get[gen.TopicPage](ctx, s.records(topicName, url.Values{"limit": {"50"}}))
		if err != nil {
			return nil, err
		}
		if len(page.Items) != 50 {
			return nil, fmt.Errorf("a page has %d records, want 50", len(page.Items))
		}
		ms = append(ms, float64(time.Since(began).Microseconds())/1000)
	}
	return []figures.Figure{
		figures.New("first_page_cold", "ms", ms[0], 1, figures.Most, 1000),
		figures.New("first_page_warm_p95", "ms", figures.Quantile(ms[1:], 0.95), 1, figures.Most, 300),
	}, nil
}

// scan asks every record of the topic, page after page, and tells how many there were.
func (s *looked) scan(ctx context.Context) (asked int, err error) {
	q := url.Values{"from": {"earliest"}, "where": {nothing}, "budget_mb": {"1024"}}
	for {
		page, err := get[gen.TopicPage](ctx, s.records(topicName, q))
		if err != nil {
			return asked, err
		}
		if len(page.Items) > 0 || page.Unclear > 0 {
			return asked, errors.New("the filter finds what is not there, or cannot be told")
		}
		asked += int(page.Asked)
		if !page.More || page.Next == "" {
			return asked, nil
		}
		q.Set("cursor", page.Next)
	}
}

// scans runs the same scan here and by kcat and jq, in turns.
func (s *looked) scans(ctx context.Context) ([]figures.Figure, error) {
	before, err := s.memory("VmRSS")
	if err != nil {
		return nil, err
	}
	var rate, ratio, wall []float64
	_, err = exec.LookPath("kcat")
	peers := err == nil
	if _, err := exec.LookPath("jq"); err != nil || !peers {
		peers = false
		fmt.Fprintln(os.Stderr, "kcat and jq are not there: the side by side is left out (apt-get install kcat jq)")
	}
	for i := range s.options.rounds {
		fmt.Fprintf(os.Stderr, "scan %d of %d ...\n", i+1, s.options.rounds)
		from, err := s.Server.CPU()
		if err != nil {
			return nil, err
		}
		began := time.Now()
		n, err := s.scan(ctx)
		if err != nil {
			return nil, err
		}
		took := time.Since(began)
		to, err := s.Server.CPU()
		if err != nil {
			return nil, err
		}
		if n != s.options.records {
			return nil, fmt.Errorf("a scan asked %d records, the topic has %d", n, s.options.records)
		}
		rate = append(rate, float64(n)/(to-from).Seconds())
		if !peers {
			continue
		}
		theirs, theirWall, err := s.peer(ctx)
		if err != nil {
			return nil, err
		}
		ratio, wall = append(ratio, theirs.Seconds()/(to-from).Seconds()), append(wall, theirWall.Seconds()/took.Seconds())
	}
	most, err := s.memory("VmHWM")
	if err != nil {
		return nil, err
	}
	return []figures.Figure{
		figures.New("filtered_scan", "records/s of a core", figures.Median(rate), 0, figures.Least, 90_000),
		figures.New("scan_cpu_kcat_jq", "theirs/ours", figures.Median(ratio), 2, figures.None, 0),
		figures.New("scan_wall_kcat_jq", "theirs/ours", figures.Median(wall), 2, figures.None, 0),
		figures.New("scan_memory", "MiB", most-before, 1, figures.Most, 32),
	}, nil
}

// peer is the processor time of kcat and jq, and how long they took.
func (s *looked) peer(ctx context.Context) (cpu, wall time.Duration, err error) {
	began := time.Now()
	kcat := exec.CommandContext(ctx, "kcat", "-C", "-q", "-e", "-b", s.Broker.Bootstrap, "-t", topicName, "-o", "beginning")
	jq := exec.CommandContext(ctx, "jq", "-c", nothingJQ)
	if jq.Stdin, err = kcat.StdoutPipe(); err != nil {
		return 0, 0, err
	}
	var said strings.Builder
	jq.Stdout = &said
	if err := jq.Start(); err != nil {
		return 0, 0, err
	}
	if err := kcat.Start(); err != nil {
		return 0, 0, err
	}
	if err := errors.Join(jq.Wait(), kcat.Wait()); err != nil {
		return 0, 0, fmt.Errorf("kcat and jq: %w", err)
	}
	if said.Len() > 0 {
		return 0, 0, errors.New("jq finds what is not there")
	}
	for _, c := range []*exec.Cmd{kcat, jq} {
		cpu += c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	}
	return cpu, time.Since(began), nil
}

// tails follows a topic: how late single records come, and what a busy topic does to it.
func (s *looked) tails(ctx context.Context) ([]figures.Figure, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Address+"/api/v1/clusters/bench/topics/tail/tail", nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("tail: %s", answer.Status)
	}
	type item struct {
		at time.Time
		gen.TailItem
	}
	came := make(chan item, 100_000)
	go func() {
		defer close(came)
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				x := item{at: time.Now()}
				if json.Unmarshal([]byte(text), &x.TailItem) == nil {
					came <- x
				}
			}
		}
	}()
	next := func(wait time.Duration) (item, error) {
		select {
		case x, ok := <-came:
			if !ok {
				return x, errors.New("the tail ended")
			}
			return x, nil
		case <-time.After(wait):
			return item{}, errors.New("nothing came")
		}
	}
	var late []float64
	for i := range 200 {
		began := time.Now()
		if err := s.write(ctx, "tail", i, 1); err != nil {
			return nil, err
		}
		for {
			x, err := next(10 * time.Second)
			if err != nil && i == 0 {
				if err := s.write(ctx, "tail", i, 1); err != nil { // the tail began behind the first one
					return nil, err
				}
				began = time.Now()
				continue
			}
			if err != nil {
				return nil, err
			}
			if x.Record.Topic != "" {
				late = append(late, float64(x.at.Sub(began).Microseconds())/1000)
				break
			}
		}
	}
	before, err := s.memory("VmRSS")
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(os.Stderr, "a tail of 50,000 records/s ...")
	const rate, seconds = 50_000, 10
	began := time.Now()
	for n := 0; n < rate*seconds; n += batch {
		if err := s.write(ctx, "tail", n, batch); err != nil {
			return nil, err
		}
		if ahead := time.Duration(n)*time.Second/rate - time.Since(began); ahead > 0 {
			time.Sleep(ahead)
		}
	}
	written := float64(rate*seconds) / time.Since(began).Seconds()
	var seen, dropped, given int64
	last, gaps := began, []float64(nil)
	for seen < rate*seconds {
		x, err := next(5 * time.Second)
		if err != nil {
			break
		}
		seen += int64(number(x.Seen))
		dropped += int64(number(x.Dropped))
		if x.Record.Topic != "" {
			given++
		}
		gaps = append(gaps, float64(x.at.Sub(last).Milliseconds()))
		last = x.at
	}
	after, err := s.memory("VmRSS")
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "written %.0f/s, told of %d, shown %d, passed over %d\n", written, seen, given, dropped)
	if seen < rate*seconds {
		return nil, fmt.Errorf("the tail told of %d records, %d were written", seen, rate*seconds)
	}
	return []figures.Figure{
		figures.New("tail_latency_p95", "ms", figures.Quantile(late, 0.95), 1, figures.Most, 500),
		figures.New("tail_written", "records/s", written, 0, figures.Least, 45_000),
		figures.New("tail_busy_gap_max", "ms", figures.Quantile(gaps, 1), 0, figures.Most, 1000),
		figures.New("tail_busy_memory", "MiB", after-before, 1, figures.Most, 32),
	}, nil
}

// number reads what the API has as a text.
func number(text string) (n int64) {
	_, _ = fmt.Sscan(text, &n)
	return n
}
