package server

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/kafka"
)

// openAudit opens the log of who reads and changes what. The lock of the store, which is open by now, keeps other servers from it.
func (s *Server) openAudit() (err error) {
	o := audit.Options{Dir: s.cfg.Data, Keep: s.cfg.Audit.Keep, Policy: s.rules.force.Policy().Version(), Now: s.now, Log: s.log}
	host, _ := os.Hostname() // syslog writes a dash where there is none
	for _, of := range []struct {
		setting string
		places  []string
		entries bool
	}{{"audit-anchors", s.cfg.Audit.Anchors, false}, {"audit-export", s.cfg.Audit.Export, true}} {
		for _, place := range of.places {
			sink, err := audit.OpenSink(place, audit.SinkOptions{Host: host, Kafka: s.auditTopic})
			if err != nil {
				return fmt.Errorf("setting %s: %w", of.setting, err)
			}
			o.Targets = append(o.Targets, audit.Target{Name: place, Entries: of.entries, Sink: sink})
		}
	}
	if s.audit, err = audit.Open(o); err != nil {
		return fmt.Errorf("opening the audit log in %s: %w", s.cfg.Data, err)
	}
	return nil
}

// auditTopic is a topic that takes the audit log. Nothing is connected to yet.
func (s *Server) auditTopic(cluster, topic string) (audit.Topic, error) {
	of := s.clusters.byName[cluster]
	if of == nil {
		return nil, fmt.Errorf("no cluster of the setting kafka-file is called %s", cluster)
	}
	return &auditTopic{of.client, topic}, nil
}

type auditTopic struct {
	client *kafka.Client
	topic  string
}

// Write is that of audit.Topic: the client waits for all replicas in sync, and its producer is idempotent.
func (t *auditTopic) Write(ctx context.Context, records []audit.TopicRecord) error {
	all := make([]kafka.Message, len(records))
	for i, r := range records {
		all[i] = kafka.Message{Partition: -1, Time: r.Time.UnixMilli(), Key: r.Key, Value: r.Value, Headers: []kafka.MessageHeader{{Name: "content-type", Value: []byte(r.ContentType)}}}
	}
	_, err := t.client.Produce(ctx, t.topic, all)
	return err
}

// checkAudit tells whether the log is whole, is written, and gets where it is wanted.
func (s *Server) checkAudit() api.Check {
	st := s.audit.State()
	c := api.Check{Check: "audit log", State: stateOK, Detail: fmt.Sprintf("%d entries in %d files, %s, chain %s up to %d", st.End.Seq, st.Files, sizeText(st.Bytes), st.Chain, st.CheckedTo)}
	var failing []string
	for _, k := range s.audit.Sinks() {
		if k.State == audit.SinkFailing {
			failing = append(failing, fmt.Sprintf("%s has entries up to %d: %s", k.Name, k.To, k.Error))
		}
	}
	switch {
	case st.Chain == audit.ChainBroken:
		c.State, c.Fix = stateFail, "sightglass audit verify names the first bad entry; compare with a copy or an anchor, and find out who may write the data folder"
		c.Detail += ": " + st.Detail
	case st.Errors > 0:
		c.State, c.Fix = stateFail, "free space in the data folder, or look into the system's log: reads that cannot be written down are refused"
		c.Detail += fmt.Sprintf("; %d writes failed since the start", st.Errors)
	case len(failing) > 0:
		c.State, c.Fix = stateWarn, "it is tried again by itself, and nothing is lost meanwhile: the log holds what waits"
		c.Detail += "; " + strings.Join(failing, "; ")
	}
	return c
}

func auditMetrics() []Metric {
	perSink := func(value func(audit.SinkState, uint64) float64) func(*scrape) []sample {
		return func(x *scrape) (out []sample) {
			end := x.server.audit.State().End.Seq
			for _, k := range x.server.audit.Sinks() {
				takes := "heads"
				if k.Entries {
					takes = "entries"
				}
				out = append(out, sample{labels("sink", k.Name, "takes", takes), value(k, end)})
			}
			return out
		}
	}
	of := func(value func(audit.State) float64) func(*scrape) []sample {
		return one(func(x *scrape) float64 { return value(x.server.audit.State()) })
	}
	return []Metric{
		{"sightglass_audit_entries_total", "counter", "", "Entries written into the audit log since the start.", of(func(s audit.State) float64 { return float64(s.Entries) })},
		{"sightglass_audit_errors_total", "counter", "", "Writes of the audit log that failed since the start; what they would have shown was refused.", of(func(s audit.State) float64 { return float64(s.Errors) })},
		{"sightglass_audit_bytes", "gauge", "", "Bytes of the audit log's files.", of(func(s audit.State) float64 { return float64(s.Bytes) })},
		{"sightglass_audit_broken", "gauge", "", "1 when the last check from the log's beginning found an entry that was changed, taken out or cut off.", of(func(s audit.State) float64 { return truth(s.Chain == audit.ChainBroken) })},
		{"sightglass_audit_sink_waiting", "gauge", "sink,takes", "Entries behind the last one that a sink has, or that its last head covers.",
			perSink(func(k audit.SinkState, end uint64) float64 { return float64(end - min(k.To, end)) })},
		{"sightglass_audit_sink_failed_total", "counter", "sink,takes", "Attempts of a sink that failed since the start.",
			perSink(func(k audit.SinkState, _ uint64) float64 { return float64(k.Failed) })},
	}
}
