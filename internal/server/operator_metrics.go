package server

import (
	"context"
	"errors"
	"strconv"

	"github.com/sightglass/sightglass/internal/browse"
)

// liveJob is a running job with its parts.
type liveJob struct {
	browse.LiveJob
	labels []string
}

func (s *Server) liveJobs(ctx context.Context, jobs []browse.ListedJob) (out []liveJob, err error) {
	for _, j := range jobs {
		if j.State.Ended() {
			continue
		}
		t, err := s.browser.Resolve(ctx, j.ID.String())
		if errors.Is(err, browse.ErrNotFound) {
			continue // it was deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		live, err := s.browser.Live(ctx, t)
		if errors.Is(err, browse.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, liveJob{live, []string{"job", j.Name, "recording", j.ID.String()}})
	}
	return out, nil
}

// with is the job's labels and others.
func (j *liveJob) with(pairs ...string) labelSet {
	return append(append(make(labelSet, 0, len(j.labels)+len(pairs)), j.labels...), pairs...)
}

// operatorMetrics are those of the parts of running jobs.
func operatorMetrics() []Metric {
	const ofOperator, ofSubtask, ofVertex, ofJob = "job,recording,operator,operator_id", "job,recording,task,subtask", "job,recording,task", "job,recording"
	return []Metric{
		{"sightglass_operator_records_in_total", "counter", ofOperator, "Records that entered an operator; of a source, that it read.",
			perOperator(func(o *browse.Operator) float64 { return float64(o.RecordsIn) })},
		{"sightglass_operator_records_out_total", "counter", ofOperator, "Records that left an operator; of a sink, that it wrote.",
			perOperator(func(o *browse.Operator) float64 { return float64(o.RecordsOut) })},
		{"sightglass_operator_records_in_per_second", "gauge", ofOperator, "Records entering an operator, mean of 10 s.",
			perOperator(func(o *browse.Operator) float64 { return o.InPerSecond })},
		{"sightglass_operator_records_out_per_second", "gauge", ofOperator, "Records leaving an operator, mean of 10 s.",
			perOperator(func(o *browse.Operator) float64 { return o.OutPerSecond })},
		{"sightglass_operator_dropped_records_total", "counter", ofOperator + ",reason,kept", "Records that an operator threw away, by reason; kept: late, and not lost.", drops},
		{"sightglass_subtask_records_in_per_second", "gauge", ofSubtask, "Records entering a subtask, mean of 10 s.",
			perSubtask(func(s *browse.Subtask) float64 { return s.InPerSecond })},
		{"sightglass_subtask_records_out_per_second", "gauge", ofSubtask, "Records leaving a subtask, mean of 10 s.",
			perSubtask(func(s *browse.Subtask) float64 { return s.OutPerSecond })},
		{"sightglass_task_watermark_lag_seconds", "gauge", ofVertex, "Wall clock minus the lowest watermark of a task's subtasks.", watermarkLags},
		{"sightglass_job_lost_events", "gauge", ofJob, "Events in gaps of a job's recording.",
			perLive(func(j *liveJob) (float64, bool) { return float64(j.Job.Lost), true })},
		{"sightglass_job_checkpoint_id", "gauge", ofJob, "The newest completed checkpoint.",
			perCheckpoint(func(c *browse.Checkpoint) float64 { return float64(c.ID) })},
		{"sightglass_job_checkpoint_duration_seconds", "gauge", ofJob, "How long the newest completed checkpoint took.",
			perCheckpoint(func(c *browse.Checkpoint) float64 { return c.Duration.Seconds() })},
		{"sightglass_job_checkpoint_bytes", "gauge", ofJob, "Size of the newest completed checkpoint.",
			perCheckpoint(func(c *browse.Checkpoint) float64 { return float64(c.Bytes) })},
		{"sightglass_job_checkpoints_failed", "gauge", ofJob, "Failed ones among the last 20 checkpoints.",
			perLive(func(j *liveJob) (float64, bool) {
				n := 0
				for i := range j.Checkpoints {
					if j.Checkpoints[i].State == "failed" {
						n++
					}
				}
				return float64(n), len(j.Checkpoints) > 0
			})},
	}
}

func perLive(value func(*liveJob) (float64, bool)) func(*scrape) []sample {
	return func(x *scrape) (out []sample) {
		for i := range x.live {
			if v, known := value(&x.live[i]); known {
				out = append(out, sample{x.live[i].with(), v})
			}
		}
		return out
	}
}

// perCheckpoint gives a value of the newest completed checkpoint of each job that has one.
func perCheckpoint(value func(*browse.Checkpoint) float64) func(*scrape) []sample {
	return perLive(func(j *liveJob) (float64, bool) {
		var newest *browse.Checkpoint
		for i := range j.Checkpoints {
			if c := &j.Checkpoints[i]; c.State == "completed" && (newest == nil || c.ID > newest.ID) {
				newest = c
			}
		}
		if newest == nil {
			return 0, false
		}
		return value(newest), true
	})
}

// operators calls f for each operator of each running job.
func operators(x *scrape, f func(labelSet, *browse.Operator)) {
	for i := range x.live {
		j := &x.live[i]
		for v := range j.Graph.Vertices {
			for k := range j.Graph.Vertices[v].Operators {
				o := &j.Graph.Vertices[v].Operators[k]
				f(j.with("operator", o.Name, "operator_id", o.ID), o)
			}
		}
	}
}

func perOperator(value func(*browse.Operator) float64) func(*scrape) []sample {
	return func(x *scrape) (out []sample) {
		operators(x, func(l labelSet, o *browse.Operator) { out = append(out, sample{l, value(o)}) })
		return out
	}
}

func drops(x *scrape) (out []sample) {
	operators(x, func(l labelSet, o *browse.Operator) {
		for _, d := range o.Drops {
			of := append(append(make(labelSet, 0, len(l)+4), l...), "reason", d.Reason.String(), "kept", strconv.FormatBool(d.Reason.Kept()))
			out = append(out, sample{of, float64(d.Count)})
		}
	})
	return out
}

func perSubtask(value func(*browse.Subtask) float64) func(*scrape) []sample {
	return func(x *scrape) (out []sample) {
		for i := range x.live {
			j := &x.live[i]
			for v := range j.Graph.Vertices {
				vertex := &j.Graph.Vertices[v]
				for k := range vertex.Subtasks {
					s := &vertex.Subtasks[k]
					out = append(out, sample{j.with("task", vertex.Name, "subtask", strconv.Itoa(s.Subtask)), value(s)})
				}
			}
		}
		return out
	}
}

func watermarkLags(x *scrape) (out []sample) {
	for i := range x.live {
		j := &x.live[i]
		for v := range j.Graph.Vertices {
			if vertex := &j.Graph.Vertices[v]; vertex.Watermark.Known() {
				out = append(out, sample{j.with("task", vertex.Name), vertex.WatermarkLag.Seconds()})
			}
		}
	}
	return out
}
