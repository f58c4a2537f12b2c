package server

import (
	"context"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/steering"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// scrape is what one request for /metrics reads.
type scrape struct {
	server   *Server
	stored   disk.Stats
	ingested ingest.Counters
	agents   []ingest.AgentStatus
	jobs     []browse.ListedJob
	live     []liveJob // the running ones, with their parts
	policy   steering.State
	now      time.Time
}

func (s *Server) collect(ctx context.Context) (*scrape, error) {
	who := access.Principal{ID: "local:metrics", Name: "metrics", Roles: []string{access.LocalRole}}
	jobs, err := s.browser.Jobs(ctx, who, false)
	if err != nil {
		return nil, err
	}
	x := &scrape{server: s, stored: s.store.Stats(), ingested: s.ingest.Counters(), agents: s.ingest.Agents(), jobs: jobs, policy: s.steer.State(), now: s.now()}
	x.live, err = s.liveJobs(ctx, jobs)
	return x, err
}

// Metrics is every family of /metrics, in the order of the reference page.
func Metrics() []Metric {
	return slices.Concat(serverMetrics(), operatorMetrics(), otlpMetrics(), parquetMetrics(), reportMetrics(), auditMetrics(), notifyMetrics(), requestMetrics())
}

func serverMetrics() []Metric {
	return []Metric{
		{"sightglass_info", "gauge", "version", "1, with the server's version.",
			func(x *scrape) []sample { return []sample{{labels("version", x.server.version), 1}} }},
		{"sightglass_uptime_seconds", "gauge", "", "Seconds since the server started.",
			one(func(x *scrape) float64 { return x.now.Sub(x.server.started).Seconds() })},

		{"sightglass_agents", "gauge", "role", "Connected agents.", agentsByRole},
		{"sightglass_agent_lost_events_total", "counter", "host,process", "Events that an agent could not record because its memory was full.",
			perAgent(func(a ingest.AgentStatus) float64 { return float64(a.Counters.LostEvents) })},
		{"sightglass_agent_queued_bytes", "gauge", "host,process", "Bytes of blocks that wait in an agent.",
			perAgent(func(a ingest.AgentStatus) float64 { return float64(a.Counters.QueuedBytes) })},
		{"sightglass_agent_errors_total", "counter", "host,process", "Errors inside an agent that it swallowed; 0 when all is well.",
			perAgent(func(a ingest.AgentStatus) float64 { return float64(a.Counters.Errors) })},
		{"sightglass_agent_cpu_seconds_total", "counter", "host,process", "Processor time of an agent's own threads.",
			perAgent(func(a ingest.AgentStatus) float64 { return float64(a.Counters.CPUNS) / 1e9 })},

		{"sightglass_agent_spent_seconds_total", "counter", "host,process,on", "Processor time of recording by thread of the agent; hooks: an estimate for the threads of tasks, from samples.", agentSpent},
		{"sightglass_agent_spilled_bytes", "gauge", "host,process", "Bytes of blocks that wait on an agent's disk.",
			perAgent(func(a ingest.AgentStatus) float64 { return float64(a.Counters.Spilled) })},
		{"sightglass_agent_look_back_bytes", "gauge", "host,process", "Memory and disk of what an agent keeps and does not send.",
			perAgent(func(a ingest.AgentStatus) float64 { return float64(a.LookBack.Memory + a.LookBack.Disk) })},
		{"sightglass_agent_governor_step", "gauge", "host,process", "How far recording has gone back to stay within its budgets; 0 = as the policy says, 4 = positions only.",
			perAgent(func(a ingest.AgentStatus) float64 { return float64(a.Governor.Step) })},
		{"sightglass_agent_policy_behind", "gauge", "host,process", "1 when an agent follows another version of the policy than it was told.", policyBehind},
		{"sightglass_agent_off", "gauge", "host,process", "1 when recording is switched off in an agent, or no task is recorded.",
			perAgent(func(a ingest.AgentStatus) float64 { return truth(a.Off || a.Reason != "") })},
		{"sightglass_agent_hook_fired_total", "counter", "host,process,hook", "How often a hook ran, as far as it is counted.",
			perHook(func(h hookSum) (float64, bool) { return float64(h.fired), h.fired > 0 })},
		{"sightglass_agent_hook_seconds", "gauge", "host,process,hook", "What one firing of a hook costs, a mean of samples.",
			perHook(func(h hookSum) (float64, bool) { return float64(h.nanos) / 1e9, h.nanos >= 0 })},
		{"sightglass_agent_hook_errors_total", "counter", "host,process,hook", "How often a hook threw; it is off since.",
			perHook(func(h hookSum) (float64, bool) { return float64(h.errors), h.errors > 0 })},
		{"sightglass_policy_version", "gauge", "", "Version of the recording policy in force.",
			one(func(x *scrape) float64 { return float64(x.policy.Number) })},
		{"sightglass_policy_mistakes", "gauge", "", "Mistakes in the recording policy's file, which is not in force while there are some.",
			one(func(x *scrape) float64 { return float64(len(x.policy.Problems)) })},
		{"sightglass_level_changes", "gauge", "by", "Changes of levels that hold for a while.", levelChanges},

		{"sightglass_ingest_blocks_total", "counter", "lane", "Blocks stored since the start.",
			perLane(func(l ingest.LaneCounters) uint64 { return l.Blocks })},
		{"sightglass_ingest_events_total", "counter", "lane", "Events in stored blocks since the start.",
			perLane(func(l ingest.LaneCounters) uint64 { return l.Events })},
		{"sightglass_ingest_bytes_total", "counter", "lane", "Bytes of stored blocks since the start.",
			perLane(func(l ingest.LaneCounters) uint64 { return l.Bytes })},
		{"sightglass_ingest_duplicate_blocks_total", "counter", "", "Blocks that came again after a reconnect and were held already.",
			one(func(x *scrape) float64 { return float64(x.ingested.Duplicates) })},
		{"sightglass_ingest_refused_total", "counter", "reason", "Connections of agents that were refused.", refusals},
		{"sightglass_ingest_rejected_blocks_total", "counter", "reason", "Blocks that were answered with a refusal.", rejections},
		{"sightglass_ingest_gaps_total", "counter", "", "Gaps that the server found by itself.",
			one(func(x *scrape) float64 { return float64(x.ingested.Gaps) })},

		{"sightglass_store_bytes", "gauge", "", "Bytes of stored blocks.",
			one(func(x *scrape) float64 { return float64(x.stored.Bytes) })},
		{"sightglass_store_blocks", "gauge", "", "Stored blocks.",
			one(func(x *scrape) float64 { return float64(x.stored.Blocks) })},
		{"sightglass_store_events", "gauge", "", "Stored events.",
			one(func(x *scrape) float64 { return float64(x.stored.Events) })},
		{"sightglass_store_recordings", "gauge", "", "Recordings kept.",
			one(func(x *scrape) float64 { return float64(x.stored.Recordings) })},
		{"sightglass_store_free_bytes", "gauge", "", "Bytes free on the file system of the data folder.",
			one(func(x *scrape) float64 { return float64(x.stored.Free) })},
		{"sightglass_store_uncompacted_bytes", "gauge", "", "Bytes of sealed segments that were not compacted yet.",
			one(func(x *scrape) float64 { return float64(x.stored.Waiting) })},
		{"sightglass_store_compacted_bytes_total", "counter", "", "Bytes that compaction saved since the start.",
			one(func(x *scrape) float64 { return float64(x.stored.Compacted) })},
		{"sightglass_store_trimmed_bytes_total", "counter", "", "Bytes that retention took off recordings that are still there, since the start.",
			one(func(x *scrape) float64 { return float64(x.stored.Trimmed) })},
		{"sightglass_store_pins", "gauge", "", "Pins: recordings and stretches that retention must not remove.",
			one(func(x *scrape) float64 { return float64(x.stored.Pins) })},
		{"sightglass_store_damaged_total", "counter", "", "Damaged stretches of files found since the start.",
			one(func(x *scrape) float64 { return float64(x.stored.Damaged) })},
		{"sightglass_store_sync_errors_total", "counter", "", "Rounds of fsync that failed since the start.",
			one(func(x *scrape) float64 { return float64(x.stored.SyncErrors) })},

		{"sightglass_job_records_in_per_second", "gauge", "job,recording", "Records entering a job at its sources, mean of 10 s.",
			perJob(func(j browse.Job) (float64, bool) { return j.InPerSecond, true })},
		{"sightglass_job_records_out_per_second", "gauge", "job,recording", "Records leaving a job at its sinks, mean of 10 s.",
			perJob(func(j browse.Job) (float64, bool) { return j.OutPerSecond, true })},
		{"sightglass_job_watermark_lag_seconds", "gauge", "job,recording", "Wall clock minus the lowest watermark of a job.",
			perJob(func(j browse.Job) (float64, bool) { return j.WatermarkLag.Seconds(), j.Watermark.Known() })},
		{"sightglass_job_source_lag", "gauge", "job,recording", "Records written to a job's topics by recorded jobs and not read yet.",
			perJob(func(j browse.Job) (float64, bool) { return float64(j.SourceLag), j.HasSourceLag })},
		{"sightglass_job_gaps", "gauge", "job,recording", "Gaps in a job's recording.",
			perJob(func(j browse.Job) (float64, bool) { return float64(j.Gaps), true })},
		{"sightglass_job_attempts_restarted", "gauge", "job,recording", "Attempts beyond the first of their subtask.",
			perJob(func(j browse.Job) (float64, bool) { return float64(j.AttemptsRestarted), true })},
	}
}

func requestMetrics() []Metric {
	return []Metric{
		{"sightglass_http_requests_total", "counter", "route,status", "Requests that the API answered.", nil},
		{"sightglass_http_request_seconds", "histogram", "route,le", "Time that the API took to answer; streams are not in it.", nil},
		{"sightglass_http_streams", "gauge", "", "Live streams of server-sent events.",
			one(func(x *scrape) float64 { return float64(x.server.api.Streams()) })},
	}
}

func one(value func(*scrape) float64) func(*scrape) []sample {
	return func(x *scrape) []sample { return []sample{{nil, value(x)}} }
}

func perAgent(value func(ingest.AgentStatus) float64) func(*scrape) []sample {
	return func(x *scrape) (out []sample) {
		for _, a := range x.agents {
			if a.Connected {
				out = append(out, sample{labels("host", a.Host, "process", a.Process), value(a)})
			}
		}
		return out
	}
}

// perLane gives a value of every lane. Lanes that this version does not know appear, as lane 0, when there were some.
func perLane(value func(ingest.LaneCounters) uint64) func(*scrape) []sample {
	return func(x *scrape) (out []sample) {
		for i, l := range x.ingested.Lanes {
			if i > 0 || l.Blocks > 0 {
				out = append(out, sample{labels("lane", event.Lane(i).String()), float64(value(l))})
			}
		}
		return out
	}
}

// perJob gives a value of every running job.
func perJob(value func(browse.Job) (float64, bool)) func(*scrape) []sample {
	return func(x *scrape) (out []sample) {
		for _, j := range x.jobs {
			if v, known := value(j.Job); known && !j.State.Ended() {
				out = append(out, sample{labels("job", j.Name, "recording", j.ID.String()), v})
			}
		}
		return out
	}
}

func agentsByRole(x *scrape) []sample {
	n := map[string]float64{}
	for _, a := range x.agents {
		if a.Connected {
			n[a.Role]++
		}
	}
	var out []sample
	for _, role := range []string{"taskmanager", "jobmanager", "other"} {
		out = append(out, sample{labels("role", role), n[role]})
	}
	return out
}

func refusals(x *scrape) []sample {
	c := x.ingested
	return []sample{
		{labels("reason", "protocol"), float64(c.RefusedProtocol)}, {labels("reason", "token"), float64(c.RefusedToken)},
		{labels("reason", "busy"), float64(c.RefusedBusy)}, {labels("reason", "malformed"), float64(c.RefusedMalformed)},
	}
}

func rejections(x *scrape) []sample {
	c := x.ingested
	return []sample{
		{labels("reason", "checksum"), float64(c.NackChecksum)}, {labels("reason", "version"), float64(c.NackVersion)},
		{labels("reason", "too-large"), float64(c.NackTooLarge)}, {labels("reason", "disk"), float64(c.NackDisk)},
		{labels("reason", "malformed"), float64(c.NackMalformed)},
	}
}
