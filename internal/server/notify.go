package server

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/notify"
)

// notifyKeyFile is the key of targets' secrets below the data folder, unless a setting names another.
const notifyKeyFile = "notify.key"

// openNotify takes up who is told what, and what still has to be told. A server that shows one file tells nobody anything.
func (s *Server) openNotify(ctx context.Context) error {
	if s.tables == nil {
		return nil
	}
	c := s.cfg.Notify
	o := notify.Options{
		DB: s.tables, KeyFile: or(c.KeyFile, filepath.Join(s.cfg.Data, notifyKeyFile)), URL: or(s.cfg.Login.PublicURL, s.webURL()), Policy: s.rules.force, Graph: &standings{s},
		Hosts: c.Hosts, Window: c.Window, Now: s.now, Log: s.log,
	}
	if len(s.clusters.byName) > 0 {
		o.Topics = notifyTopics{s.clusters}
	}
	if c.SMTP != "" {
		m, err := notify.ReadMail(c.SMTP, c.SMTPPasswordFile, c.SMTPFrom)
		if err != nil {
			return fmt.Errorf("setting smtp: %w", err)
		}
		o.Mail = m
	}
	k, err := notify.Open(ctx, o)
	if err != nil {
		return fmt.Errorf("opening notifications: %w", err)
	}
	s.notify = k
	s.checks.Sink, s.checks.Producers, s.catalog.Appeared = &contractEvents{s}, &recordedProducers{s}, s.readerAppeared
	return nil
}

// notifyTopics are notify.Topics of the clusters that people look into.
type notifyTopics struct{ *clusters }

// Known is that of notify.Topics.
func (t notifyTopics) Known(cluster string) error {
	if t.byName[cluster] == nil {
		return fmt.Errorf("no cluster of the setting kafka-file is called %s", cluster)
	}
	return nil
}

// Write is that of notify.Topics: the client waits for all replicas in sync.
func (t notifyTopics) Write(ctx context.Context, cluster, topic string, m notify.TopicMessage) error {
	if err := t.Known(cluster); err != nil {
		return err
	}
	one := kafka.Message{Partition: -1, Time: m.Time.UnixMilli(), Key: m.Key, Value: m.Value}
	for _, h := range m.Headers {
		one.Headers = append(one.Headers, kafka.MessageHeader{Name: h.Name, Value: []byte(h.Value)})
	}
	_, err := t.byName[cluster].client.Produce(ctx, topic, []kafka.Message{one})
	return err
}

// checkNotify tells whether what happened gets to whom it should.
func (s *Server) checkNotify(ctx context.Context) []api.Check {
	if s.notify == nil {
		return nil
	}
	c := api.Check{Check: "notifications", State: stateOK}
	pending, failed, oldest, err := s.notify.Counts(ctx)
	c.Detail = fmt.Sprintf("%d deliveries wait, %d failed in the last day", pending, failed)
	switch {
	case err != nil:
		c.State, c.Detail, c.Fix = stateFail, "the tables of notifications cannot be read: "+err.Error(), "look at the database that the setting database names"
	case failed > 0:
		c.State, c.Fix = stateWarn, "sightglass notify deliveries --state failed says why; --replay ID tries one again"
	case oldest > time.Hour:
		c.State, c.Fix = stateWarn, "sightglass notify deliveries --state pending says what the targets answer"
		c.Detail += fmt.Sprintf("; the oldest since %s", oldest.Round(time.Minute))
	}
	return []api.Check{c}
}

func notifyMetrics() []Metric {
	counts := func(x *scrape) (pending, failed float64) {
		if x.server.notify == nil {
			return 0, 0
		}
		p, f, _, err := x.server.notify.Counts(context.Background())
		if err != nil { // Doctor says it
			return 0, 0
		}
		return float64(p), float64(f)
	}
	return []Metric{
		{"sightglass_notify_pending", "gauge", "", "Deliveries of notifications that wait or are tried again.", one(func(x *scrape) float64 { p, _ := counts(x); return p })},
		{"sightglass_notify_failed", "gauge", "", "Deliveries of notifications that were given up in the last 24 hours.", one(func(x *scrape) float64 { _, f := counts(x); return f })},
		{"sightglass_notify_attempts_total", "counter", "result", "Attempts to deliver a notification since the start.", func(x *scrape) []sample {
			var ok, failed uint64
			if x.server.notify != nil {
				ok, failed = x.server.notify.Attempts()
			}
			return []sample{{labels("result", "ok"), float64(ok)}, {labels("result", "failed"), float64(failed)}}
		}},
	}
}
