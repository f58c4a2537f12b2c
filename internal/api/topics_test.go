package api

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/serde"
)

// topicTime is the time of the first record of the cluster that the API's tests look into.
const topicTime = 1_767_600_000_000

// looked starts a cluster with a topic that jobs of the recordings read, another one, and a group.
func looked(t *testing.T) (*kafkatest.Cluster, browse.Cluster) {
	t.Helper()
	c := kafkatest.Start(t)
	c.Topic("orders", 2, map[string]string{"retention.ms": "86400000"})
	c.Topic("dead-letters", 1, nil)
	for i := range 10 {
		c.Write("orders", kafkatest.Record{
			Partition: int32(i % 2), Time: topicTime + int64(i)*1000, Key: []byte("o-" + strconv.Itoa(i)), Value: []byte(`{"id":"o-` + strconv.Itoa(i) + `","amount":` + strconv.Itoa(i*10) + `}`),
			Headers: []kafkatest.Header{{Name: "trace", Value: []byte("t")}, {Name: "none"}},
		})
	}
	c.Write("dead-letters", kafkatest.Record{Time: 1, Key: []byte{}})
	c.Commit("billing", "orders", map[int32]int64{0: 2, 1: 3})
	c.Limit("etl", "producer_byte_rate", 1024)
	c.Allow("etl", "orders")
	return c, browse.Cluster{Name: "shop", Kafka: c.Client(), Decoder: serde.NewRecordDecoder(nil, serde.Limits{})}
}

func offsets(p TopicPage) (list []string) {
	for _, r := range p.Items {
		list = append(list, r.Place)
	}
	return list
}

// next of one page gives the rest, each record once.
func TestPagesOfATopicGoOn(t *testing.T) {
	f := open(t, local)
	base := "/clusters/shop/topics/orders/records?limit=3"
	for _, from := range []string{"earliest", "latest", "group:billing", "2026-01-05T08:00:05Z", "2"} {
		for _, order := range []string{"asc", "desc"} {
			path := base + "&order=" + order + "&from=" + url.QueryEscape(from)
			var got []string
			cursor := ""
			for range 10 {
				p := answerOf[TopicPage](t, f, path+"&cursor="+url.QueryEscape(cursor))
				got = append(got, offsets(p)...)
				if p.More != (p.Next != "") {
					t.Fatalf("%s: more %v, next %q", path, p.More, p.Next)
				}
				if cursor = p.Next; cursor == "" {
					break
				}
			}
			want := offsets(answerOf[TopicPage](t, f, strings.Replace(path, "limit=3", "limit=500", 1)))
			if !slices.Equal(got, want) {
				t.Errorf("from %s, %s: pages have %v, all at once is %v", from, order, got, want)
			}
		}
	}
	if p := answerOf[TopicPage](t, f, base+"&from=earliest"); len(p.Items) != 3 || p.Ended != "limit" || p.Items[0].Key.Text() != "o-0" || p.Items[0].TimeType != "created" || len(p.Items[0].Headers) != 2 {
		t.Errorf("the first page: %+v", p)
	}
}

// A page may have no record and more of them behind it; the filter is asked of all that was looked at.
func TestFiltersOfATopic(t *testing.T) {
	f := open(t, local)
	base := "/clusters/shop/topics/orders/records?from=earliest"
	p := answerOf[TopicPage](t, f, base+"&where="+url.QueryEscape("value.amount > 60"))
	if len(p.Items) != 3 || p.Asked != 10 || p.Ended != "all" || p.More || p.Next != "" {
		t.Errorf("by an expression: %d of %d, ended by %s", len(p.Items), p.Asked, p.Ended)
	}
	p = answerOf[TopicPage](t, f, base+"&limit=2&where="+url.QueryEscape("value.amount > 60"))
	if len(p.Items) != 2 || p.Ended != "limit" || !p.More {
		t.Errorf("a page that is full: %d, ended by %s, more %v", len(p.Items), p.Ended, p.More)
	}
	if p = answerOf[TopicPage](t, f, base+"&key=o-7"); len(p.Items) != 1 || p.Items[0].Place != "orders/1@3" {
		t.Errorf("by a key: %+v", offsets(p))
	}
	if p = answerOf[TopicPage](t, f, base+"&text=o-7&decoder=text"); len(p.Items) != 1 || p.Items[0].Value.Format != "text" {
		t.Errorf("read as text: %+v", p.Items)
	}
	if p = answerOf[TopicPage](t, f, base+"&where="+url.QueryEscape("value.amount.size() > 1")); p.Unclear != 10 || p.UnclearOf == "" {
		t.Errorf("a filter that cannot be told: %d, %q", p.Unclear, p.UnclearOf)
	}
}

// A tombstone with an empty key and a time long ago is a row.
func TestARecordOfNothing(t *testing.T) {
	f := open(t, local)
	r := answerOf[TopicRecord](t, f, "/clusters/shop/topics/dead-letters/records/0/0")
	if r.Key == nil || r.Value == nil || r.Value.Size != 0 || r.Place != "dead-letters/0@0" || r.Time.UnixMilli() != 1 {
		t.Errorf("%+v", r)
	}
}

func TestWrongQuestionsAboutTopicsSayWhatToDo(t *testing.T) {
	f := open(t, local)
	orders := "/clusters/shop/topics/orders"
	for path, want := range map[string]int{
		"/clusters/nowhere/topics":                    http.StatusNotFound,
		"/clusters/shop/topics/no-such":               http.StatusNotFound,
		"/clusters/shop/topics/no-such/records":       http.StatusNotFound,
		"/clusters/shop/groups/no-such":               http.StatusNotFound,
		orders + "/records?from=yesterday":            http.StatusBadRequest,
		orders + "/records?from=group:":               http.StatusBadRequest,
		orders + "/records?cursor=zzz":                http.StatusBadRequest,
		orders + "/records?cursor=0@-1":               http.StatusBadRequest,
		orders + "/records?cursor=0@1,":               http.StatusBadRequest,
		orders + "/records?cursor=99999999999@1":      http.StatusBadRequest,
		orders + "/records?where=value.":              http.StatusBadRequest,
		orders + "/records?decoder=magic":             http.StatusBadRequest,
		orders + "/records/0/0?decoder=magic":         http.StatusBadRequest,
		orders + "/tail?decoder=magic":                http.StatusBadRequest,
		orders + "/tail?cursor=zzz":                   http.StatusBadRequest,
		orders + "/records?limit=501":                 http.StatusUnprocessableEntity,
		orders + "/records?partition=x":               http.StatusUnprocessableEntity,
		orders + "/records?order=sideways":            http.StatusUnprocessableEntity,
		orders + "/records/0/1000":                    http.StatusNotFound,
		orders + "/records/9/0":                       http.StatusNotFound,
		orders + "/records/0/-1":                      http.StatusUnprocessableEntity,
		orders + "/records?partition=9&partition=9":   http.StatusOK, // said in the page, and the others go on
		orders + "/records?partition=-1":              http.StatusBadRequest,
		orders + "/records?partition=4294967296":      http.StatusBadRequest,
		orders + "/tail?partition=4294967296":         http.StatusBadRequest,
		orders + "/records?cursor=0@1&partition=1":    http.StatusOK,
		orders + "/records?from=group:nobody&limit=1": http.StatusNotFound,
	} {
		status, _, body := get2(t, f, Base+path)
		if status != want {
			t.Errorf("%s: %d %s, want %d", path, status, body, want)
			continue
		}
		var p Problem
		if err := json.Unmarshal(body, &p); want != http.StatusOK && (err != nil || p.Detail == "" || p.Hint == "") {
			t.Errorf("%s: %s (%v) has no detail or no hint", path, body, err)
		}
	}
	for body, want := range map[string]int{
		`{}`:                                   http.StatusBadRequest,
		`{"copy":"orders/0@1","records":[{}]}`: http.StatusBadRequest,
		`{"copy":"orders"}`:                    http.StatusBadRequest,
		`{"copy":"orders/0@1000"}`:             http.StatusNotFound,
		`{"records":[{"partition":9}]}`:        http.StatusNotFound,
		`{"records":[{"partition":-1}]}`:       http.StatusUnprocessableEntity,
		`{"records":[{"value":{"text":"a","base64":"YQ=="}}]}`: http.StatusBadRequest,
		`{"records":[{"value":{"base64":"x"}}]}`:               http.StatusUnprocessableEntity,
	} {
		if status, _, answer := send2(t, f, http.MethodPost, Base+orders+"/records", body); status != want {
			t.Errorf("%s: %d %s, want %d", body, status, answer, want)
		}
	}
	for body, want := range map[string]int{
		`{"to":"offset","offset":1,"dry":true}`:                       http.StatusOK,
		`{"to":"time"}`:                                               http.StatusBadRequest,
		`{"to":"time","time":"soon"}`:                                 http.StatusBadRequest,
		`{"to":"nowhere"}`:                                            http.StatusUnprocessableEntity,
		`{"to":"earliest","partitions":{"no-such":[]},"dry":true}`:    http.StatusNotFound,
		`{"to":"shift","offset":-1,"partitions":{"orders":[0]}}`:      http.StatusOK,
		`{"to":"earliest","partitions":{"orders":[0,99]},"dry":true}`: http.StatusOK,
	} {
		if status, _, answer := send2(t, f, http.MethodPost, Base+"/clusters/shop/groups/billing/offsets", body); status != want {
			t.Errorf("%s: %d %s, want %d", body, status, answer, want)
		}
	}
}

func TestWritingToATopic(t *testing.T) {
	f := open(t, local)
	write := func(topic, body string) List[ProducedRecord] {
		t.Helper()
		status, _, answer := send2(t, f, http.MethodPost, Base+"/clusters/shop/topics/"+topic+"/records", body)
		var made List[ProducedRecord]
		if err := json.Unmarshal(answer, &made); err != nil || status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
		return made
	}
	made := write("orders", `{"records":[{"partition":1,"key":{"text":"k"},"value":{"base64":"AAH/"},"headers":[{"name":"a"},{"name":"b","value":{"text":""}}]},{"partition":0}],"why":"a test"}`)
	if len(made.Items) != 2 || made.Items[0].Place != "orders/1@5" || made.Items[1].Place != "orders/0@5" {
		t.Fatalf("%+v", made)
	}
	if r := f.kafka.Read("orders", 1, 5); string(r.Key) != "k" || string(r.Value) != "\x00\x01\xff" || len(r.Headers) != 2 || r.Headers[0].Value != nil || r.Headers[1].Value == nil {
		t.Errorf("%+v", r)
	}
	if r := f.kafka.Read("orders", 0, 5); r.Key != nil || r.Value != nil {
		t.Errorf("%+v", r)
	}
	if log := f.audit.String(); !strings.Contains(log, "topic:produce") || !strings.Contains(log, "a test") || !strings.Contains(log, "2 records") {
		t.Errorf("the audit log: %s", log)
	}
	if made = write("dead-letters", `{"copy":"orders/1@5"}`); made.Items[0].Place != "dead-letters/0@1" {
		t.Fatalf("%+v", made)
	}
	if large := write("orders", `{"records":[{"partition":0,"value":{"text":"`+strings.Repeat("x", 1<<20)+`"}}]}`); large.Items[0].Error == "" && large.Items[0].Offset < 0 {
		t.Errorf("a record of more than a MiB: %+v", large)
	}
}

// A tail begins where a page ended, tells what comes, and ends with who listens.
func TestATailGoesOnBehindAPage(t *testing.T) {
	f := open(t, local)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.server.URL+Base+"/clusters/shop/topics/orders/tail?cursor=0%404,1%405&where="+url.QueryEscape("value.amount >= 80"), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := f.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var item TailItem
		if err := json.Unmarshal([]byte(data), &item); err != nil {
			t.Fatal(err)
		}
		if item.Record != nil {
			if item.Record.Place != "orders/0@4" {
				t.Errorf("the first one is %s", item.Record.Place)
			}
			return
		}
	}
	t.Fatalf("the tail told nothing: %v", lines.Err())
}

// The names of decoders stand in the document, and are those that there are.
func TestDecodersAreDocumented(t *testing.T) {
	document, err := Describe()
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(document.V31), "How keys and values are read: ")
	text, _, _ = strings.Cut(text, ". It shows")
	text = strings.NewReplacer(" (empty)", "", " or ", ", ").Replace(text)
	if got := strings.Split(text, ", "); !slices.Equal(got, browse.TopicDecoders()) {
		t.Errorf("the document has %v, there are %v", got, browse.TopicDecoders())
	}
}
