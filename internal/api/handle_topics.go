package api

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
)

// topicRoutes are those of Kafka clusters.
func (s *service) topicRoutes() {
	get(s, route{"clusters", "/clusters", access.TopicList, "Kafka clusters that the server looks into", some}, s.clusters)
	get(s, route{"brokers", "/clusters/{cluster}/brokers", access.ClusterView, "Brokers of a cluster", cluster}, s.brokers)
	get(s, route{"acls", "/clusters/{cluster}/acls", access.ClusterView, "Rules of a cluster's authorizer", cluster}, s.acls)
	get(s, route{"quotas", "/clusters/{cluster}/quotas", access.ClusterView, "What clients of a cluster may use", cluster}, s.quotas)
	get(s, route{"topics", "/clusters/{cluster}/topics", access.TopicList, "Topics of a cluster", some}, s.topics)
	get(s, route{"topic", "/clusters/{cluster}/topics/{topic}", access.TopicList, "One topic with its partitions and settings", topic}, s.topic)
	get(s, route{"topic-records", "/clusters/{cluster}/topics/{topic}/records", access.TopicRead, "A page of a topic's records", topic}, s.topicRecords)
	get(s, route{"topic-record", "/clusters/{cluster}/topics/{topic}/records/{partition}/{offset}", access.TopicRead, "One record", topic}, s.topicRecord)
	stream[TailItem](s, route{"topic-tail", "/clusters/{cluster}/topics/{topic}/tail", access.TopicRead, "Records as they come", topic}, s.topicTail)
	registerBody(s, http.MethodPost, route{"topic-produce", "/clusters/{cluster}/topics/{topic}/records", access.TopicProduce, "Write records to a topic, or copy one into it", topic}, produceBody, s.produce)
	get(s, route{"groups", "/clusters/{cluster}/groups", access.GroupView, "Consumer groups of a cluster, with their lag", some}, s.groups)
	get(s, route{"group", "/clusters/{cluster}/groups/{group}", access.GroupView, "One consumer group", group}, s.group)
	register(s, http.MethodPost, route{"group-reset", "/clusters/{cluster}/groups/{group}/offsets", access.GroupReset, "Set from where a group reads on", group}, s.resetGroup)
}

func cluster(_ *service, ctx huma.Context) (browse.Target, error) {
	return browse.Target{Resource: browse.ClusterResource(ctx.Param("cluster"))}, nil
}

func group(_ *service, ctx huma.Context) (browse.Target, error) {
	return browse.Target{Resource: browse.GroupResource(ctx.Param("cluster"), ctx.Param("group"))}, nil
}

// topic is the target of a request about a topic. Whether there is one is found out by who may ask.
func topic(_ *service, ctx huma.Context) (browse.Target, error) {
	return browse.Target{Resource: browse.TopicResource(ctx.Param("cluster"), ctx.Param("topic"))}, nil
}

// ClusterName is a cluster that the server looks into.
type ClusterName struct {
	Name string `json:"name"`
}

func (s *service) clusters(ctx context.Context, _ *none) (List[ClusterName], error) {
	var list []ClusterName
	for _, name := range s.Browser.Clusters(caller(ctx)) {
		list = append(list, ClusterName{name})
	}
	return listOf("cluster", list), nil
}

// TopicPath names a topic of a cluster.
type TopicPath struct {
	Cluster string `path:"cluster" maxLength:"64" doc:"Name of the cluster."`
	Topic   string `path:"topic" maxLength:"249"`
}

type topicRecordsRequest struct {
	TopicPath
	TopicFilter
	From       string `query:"from" maxLength:"64" default:"latest" doc:"latest, earliest, an offset, a time (2026-08-01T14:02:11Z, -5m), or group:NAME, where the group reads next."`
	Partitions []int  `query:"partition,explode" maxItems:"1000" doc:"None: all."`
	Order      string `query:"order" enum:"asc,desc" doc:"Oldest or newest first; empty: newest first from latest, else oldest first."`
	Limit      int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor     string `query:"cursor" maxLength:"32768" doc:"next of a page before."`
	Isolation  string `query:"isolation" enum:"committed,uncommitted" default:"committed"`
	Decoder    string `query:"decoder" maxLength:"16" doc:"How keys and values are read: auto (empty), schema, json, text, avro, protobuf, msgpack, cbor, int, float, uuid or bytes. It shows nothing that auto hides."`
	Budget     int    `query:"budget_mb" minimum:"1" maximum:"1024" default:"256" doc:"MB that brokers send before the page ends with what it found."`
}

// TopicFilter says which records are wanted.
type TopicFilter struct {
	Key   string `query:"key" maxLength:"1024" doc:"Text of the key's view."`
	Text  string `query:"text" maxLength:"1024" doc:"Part of the key's or the value's view."`
	Where string `query:"where" maxLength:"4096" doc:"Filter in CEL over decoded values as you may see them (docs/guides/filter.md)."`
}

func (s *service) topicRecords(ctx context.Context, in *topicRecordsRequest) (TopicPage, error) {
	q, err := in.query(s)
	if err != nil {
		return TopicPage{}, err
	}
	page, err := s.Browser.TopicRecords(ctx, caller(ctx), in.Cluster, q)
	if err != nil {
		return TopicPage{}, err
	}
	return topicPageOf(&page), nil
}

func (in *topicRecordsRequest) query(s *service) (q browse.TopicQuery, err error) {
	q.Key, q.Match, q.Limit, q.Topic = in.Key, in.Text, in.Limit, in.Topic
	if q.Where, err = predicate(in.Where); err != nil {
		return q, err
	}
	q.Decoder = in.Decoder
	q.Uncommitted, q.Bytes = in.Isolation == "uncommitted", int64(in.Budget)<<20
	if q.Partitions, err = partitions(in.Partitions); err != nil {
		return q, err
	}
	if err := from(&q, in.From, s); err != nil {
		return q, err
	}
	q.Forward = q.From != browse.FromEnd
	if in.Order != "" {
		q.Forward = in.Order == "asc"
	}
	if in.Cursor != "" {
		if q.Positions, err = positions(in.Cursor); err != nil {
			return q, err
		}
		q.From, q.Partitions = browse.FromPositions, nil
	}
	return q, nil
}

// from reads where a page begins.
func from(q *browse.TopicQuery, text string, s *service) error {
	switch group, isGroup := strings.CutPrefix(text, "group:"); {
	case text == "latest", text == "":
		q.From = browse.FromEnd
	case text == "earliest":
		q.From = browse.FromStart
	case isGroup && group == "":
		return problem(http.StatusBadRequest, "from names no group", "write group:NAME")
	case isGroup:
		q.From, q.Group = browse.FromGroup, group
	default:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
			q.From, q.Offset = browse.FromOffset, n
			return nil
		}
		at, err := instant("from", text, s.now())
		if err != nil {
			return err
		}
		q.From, q.Time = browse.FromTime, at.Time().UnixMilli()
	}
	return nil
}

// partitions are those that a request names.
func partitions(named []int) (list []int32, err error) {
	for _, p := range named {
		if p < 0 || p > math.MaxInt32 {
			return nil, problem(http.StatusBadRequest, "partition is no number of one", "partitions are numbered from 0")
		}
		list = append(list, int32(p))
	}
	return list, nil
}

// positions reads a cursor: partition@offset, with commas between. It says where to read, not who may: that is asked anew with each page.
func positions(cursor string) (map[int32]int64, error) {
	out := make(map[int32]int64)
	for one := range strings.SplitSeq(cursor, ",") {
		p, o, _ := strings.Cut(one, "@")
		partition, err := strconv.ParseInt(p, 10, 32)
		offset, err2 := strconv.ParseInt(o, 10, 64)
		if err != nil || err2 != nil || partition < 0 || offset < 0 {
			return nil, problem(http.StatusBadRequest, "the cursor is none that this route gave", "begin without one")
		}
		out[int32(partition)] = offset
	}
	return out, nil
}

type topicRecordRequest struct {
	TopicPath
	Partition int32  `path:"partition" minimum:"0"`
	Offset    int64  `path:"offset" minimum:"0"`
	Decoder   string `query:"decoder" maxLength:"16" doc:"As of a page."`
}

func (s *service) topicRecord(ctx context.Context, in *topicRecordRequest) (TopicRecord, error) {
	r, err := s.Browser.TopicRecord(ctx, caller(ctx), in.Cluster, in.Topic, in.Partition, in.Offset, in.Decoder)
	if err != nil {
		return TopicRecord{}, err
	}
	return topicRecordOf(&r), nil
}
