package api

import "github.com/sightglass/sightglass/internal/browse"

// TopicSummary is a topic in a list.
type TopicSummary struct {
	Name            string `json:"name"`
	Internal        bool   `json:"internal"`
	Partitions      int    `json:"partitions"`
	Replicas        int    `json:"replicas"`
	UnderReplicated int    `json:"under_replicated" doc:"Partitions of which a replica is not in sync."`
	Bytes           I64    `json:"bytes" doc:"Of one replica of each partition; -1 = not known."`
	Records         I64    `json:"records" doc:"Offsets that are there: at most so many records; -1 = not known."`
	Cleanup         string `json:"cleanup,omitempty" doc:"As delete, compact."`
	RetentionMS     I64    `json:"retention_ms" doc:"-1 = for ever, 0 = not known."`
	RetentionBytes  I64    `json:"retention_bytes" doc:"Of a partition; -1 = no limit, 0 = not known."`
	Error           string `json:"error,omitempty" doc:"Why something is not known."`
}

// KafkaTopic is one topic.
type KafkaTopic struct {
	TopicSummary
	Parts        []TopicPartition `json:"parts"`
	Settings     []TopicSetting   `json:"settings"`
	SettingError string           `json:"setting_error,omitempty" doc:"Why they are not known."`
	SizeError    string           `json:"size_error,omitempty"`
	Jobs         []TopicJob       `json:"jobs" doc:"Jobs that recordings show reading or writing it."`
}

// TopicJob is a job at a topic.
type TopicJob struct {
	Job       string `json:"job"`
	Recording string `json:"recording"`
	Op        string `json:"op" doc:"Slug of the operator."`
	Reads     bool   `json:"reads"`
	Writes    bool   `json:"writes"`
}

// TopicPartition is one partition of a topic.
type TopicPartition struct {
	Partition int32   `json:"partition"`
	Leader    int32   `json:"leader" doc:"-1 = there is none."`
	Epoch     int32   `json:"epoch"`
	Replicas  []int32 `json:"replicas"`
	InSync    []int32 `json:"in_sync"`
	Offline   []int32 `json:"offline"`
	First     I64     `json:"first" doc:"-1 = not known."`
	End       I64     `json:"end" doc:"Behind the last record; -1 = not known."`
	Bytes     I64     `json:"bytes" doc:"-1 = not known."`
	Error     string  `json:"error,omitempty"`
}

// TopicSetting is a setting of a topic.
type TopicSetting struct {
	Name      string `json:"name"`
	Value     string `json:"value" doc:"Empty: none, or sensitive."`
	Source    string `json:"source"`
	Default   bool   `json:"default" doc:"Nobody set it for this topic."`
	Sensitive bool   `json:"sensitive"`
	ReadOnly  bool   `json:"read_only"`
}

func topicSummaryOf(t *browse.TopicSummary) TopicSummary {
	return TopicSummary{
		Name: t.Name, Internal: t.Internal, Partitions: t.Partitions, Replicas: t.Replicas, UnderReplicated: t.UnderReplicated, Bytes: I64(t.Size), Records: I64(t.Records),
		Cleanup: t.Cleanup, RetentionMS: retentionOf(t), RetentionBytes: I64(t.RetentionBytes), Error: textOf(t.Err),
	}
}

func retentionOf(t *browse.TopicSummary) I64 {
	if t.Retention < 0 {
		return -1
	}
	return I64(t.Retention.Milliseconds())
}
