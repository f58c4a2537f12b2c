package api

import (
	"strconv"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
)

// TopicRecord is a record of a topic, as its reader may see it.
type TopicRecord struct {
	Topic     string       `json:"topic"`
	Partition int32        `json:"partition"`
	Offset    I64          `json:"offset"`
	Place     string       `json:"place" doc:"topic/partition@offset; what lineage and why take."`
	Time      Time         `json:"time"`
	TimeType  string       `json:"time_type" enum:"created,appended,unknown"`
	Epoch     int32        `json:"epoch" doc:"Of the partition's leader when it was written; -1 = not known."`
	Size      int          `json:"size" doc:"Bytes of key, value and headers; where a part of it is masked the next power of two."`
	Packed    string       `json:"packed" doc:"How its batch was compressed."`
	Key       *access.View `json:"key,omitempty" doc:"Absent: it has none."`
	Value     *access.View `json:"value"`
	Headers   []HeaderView `json:"headers,omitempty"`
	Text      string       `json:"text" doc:"One line of the value."`
	Decoder   string       `json:"decoder" doc:"That read the value."`
	Note      string       `json:"note,omitempty" doc:"Why a format that bytes or headers hint at was left, as a schema that the registry does not have."`
}

// TopicPage is a page of a topic's records.
type TopicPage struct {
	List[TopicRecord]
	Scanned   []ScannedPartition `json:"scanned" doc:"What was looked at: every record of these ranges that is there, and wanted, is in the page or was in one before."`
	Bytes     I64                `json:"bytes" doc:"That brokers sent."`
	Asked     int                `json:"asked" doc:"Records that were looked at."`
	Ended     string             `json:"ended" doc:"Why it ended: all, limit, bytes, time or stopped."`
	More      bool               `json:"more" doc:"next goes on. A page without records may have more: what was looked at had none that are wanted."`
	Unclear   int                `json:"unclear,omitempty" doc:"Records that the filter is neither true nor false of."`
	UnclearOf string             `json:"unclear_why,omitempty" doc:"Of the first."`
}

// ScannedPartition is what was looked at of a partition.
type ScannedPartition struct {
	Partition int32  `json:"partition"`
	From      I64    `json:"from"`
	To        I64    `json:"to" doc:"Exclusive."`
	Done      bool   `json:"done" doc:"Nothing is left of it in that direction."`
	Note      string `json:"note,omitempty"`
	Error     string `json:"error,omitempty" doc:"Why no more of it was read."`
}

var timeTypes = map[int8]string{browse.TimeCreated: "created", browse.TimeAppended: "appended"}

func topicRecordOf(r *browse.TopicRecord) TopicRecord {
	out := TopicRecord{
		Topic: r.Record.Topic, Partition: r.Record.Partition, Offset: I64(r.Record.Offset), Place: r.Kafka.String(), Time: Time{r.Wall.Time()},
		TimeType: timeTypes[r.Record.TimeType], Epoch: r.Record.Epoch, Size: r.Size(), Packed: r.Record.Packed, Key: r.KeyView, Value: r.View, Text: r.Text, Decoder: r.Decoder, Note: r.Note,
	}
	if out.TimeType == "" {
		out.TimeType = "unknown"
	}
	for _, h := range r.Headers {
		out.Headers = append(out.Headers, HeaderView(h))
	}
	return out
}

func topicPageOf(p *browse.TopicPage) TopicPage {
	out := TopicPage{List: listOf[TopicRecord]("topic-record", nil), Scanned: []ScannedPartition{}, Bytes: I64(p.Scanned.Bytes), Asked: p.Asked,
		Ended: p.Scanned.Ended, More: p.Scanned.More, Unclear: p.Unclear.Events, UnclearOf: p.Unclear.Why}
	for i := range p.Records {
		out.Items = append(out.Items, topicRecordOf(&p.Records[i]))
	}
	next := ""
	for _, s := range p.Scanned.Partitions {
		one := ScannedPartition{Partition: s.Partition, From: I64(s.From), To: I64(s.To), Done: s.Done, Note: s.Note}
		if s.Err != nil {
			one.Error = s.Err.Error()
		}
		out.Scanned = append(out.Scanned, one)
		if !s.Done && s.Err == nil {
			if next != "" {
				next += ","
			}
			next += strconv.Itoa(int(s.Partition)) + "@" + strconv.FormatInt(s.Next, 10)
		}
	}
	if out.More {
		out.Next = next
	}
	return out
}
