package browse

import (
	"context"
	"errors"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// TopicJob is a job that reads or writes a topic, as recordings tell.
type TopicJob struct {
	Job           string
	Recording     event.RecordingID
	Operator      string // slug
	Reads, Writes bool
}

// mostTopicJobs bounds how many jobs are looked through for a topic.
const mostTopicJobs = 500

// JobsAt are the jobs at a topic that who may see, each by its newest run.
func (b *Browser) JobsAt(ctx context.Context, who access.Principal, topic string) ([]TopicJob, error) {
	jobs, err := b.Jobs(ctx, who, false)
	if err != nil {
		return nil, err
	}
	var out []TopicJob
	for _, j := range jobs[:min(len(jobs), mostTopicJobs)] {
		d, err := b.queries.Job(ctx, j.ID)
		if errors.Is(err, ErrNotFound) {
			continue // retention was faster
		}
		if err != nil {
			return nil, err
		}
		for _, t := range d.Graph.Topics {
			if t.Topic == topic {
				out = append(out, TopicJob{Job: j.Name, Recording: j.ID, Operator: t.Operator, Reads: t.Role == query.TopicRead, Writes: t.Role == query.TopicWritten})
			}
		}
	}
	return out, nil
}
