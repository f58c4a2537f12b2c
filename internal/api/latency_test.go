package api

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// TestLatencyAddsUp compares the buckets of every series with its total, and subtasks with all of them.
func TestLatencyAddsUp(t *testing.T) {
	f := open(t, local)
	path := "/recordings/" + f.truth.Totals.String() + "/latency?buckets=12&by_subtask=true"
	l := answerOf[Latency](t, f, path)
	if l.Buckets < 1 || l.Buckets > 12 || l.Pending != 0 || len(l.Series) == 0 {
		t.Fatalf("%d buckets, %d blocks pending, %d series", l.Buckets, l.Pending, len(l.Series))
	}
	type place struct{ op, measure string }
	all, parts, seen := map[place]int64{}, map[place]int64{}, map[string]bool{}
	for _, s := range l.Series {
		seen[s.Measure] = true
		sum, late, most := int64(0), int64(0), s.Total.Min
		for b, n := range s.Counts {
			sum += n
			if n == 0 {
				continue
			}
			if s.P50[b] > s.P95[b] || s.P95[b] > s.Max[b] {
				t.Errorf("%s of %s, bucket %d: %d, %d, %d", s.Measure, s.Op, b, s.P50[b], s.P95[b], s.Max[b])
			}
			most = max(most, s.Max[b])
			if s.Measure == "lateness" {
				late += s.Late[b]
			}
		}
		if sum != int64(s.Total.Count) || late != int64(s.Total.Late) || sum > 0 && most != s.Total.Max {
			t.Errorf("%s of %s.%d: %d, %d late, up to %d; in all %+v", s.Measure, s.Op, s.Subtask, sum, late, most, s.Total)
		}
		if s.Subtask < 0 {
			all[place{s.Op, s.Measure}] = sum
		} else {
			parts[place{s.Op, s.Measure}] += sum
		}
	}
	for p, n := range all {
		if parts[p] != n {
			t.Errorf("%s of %s: %d of all, %d of the subtasks", p.measure, p.op, n, parts[p])
		}
	}
	if !seen["inside"] || !seen["age"] || !seen["lateness"] {
		t.Errorf("measures %v", seen)
	}
	one := answerOf[Latency](t, f, strings.Replace(path, "by_subtask=true", "op=dedup&subtask=1", 1))
	for _, s := range one.Series {
		if s.Op != "dedup" || int64(s.Total.Count) != sumOf(l, s.Measure, 1) {
			t.Errorf("%s of %s alone: %d, of subtask 1 %d", s.Measure, s.Op, s.Total.Count, sumOf(l, s.Measure, 1))
		}
	}
	for _, bad := range []string{"op=nothing", "from=noon", "buckets=" + strconv.Itoa(5000)} {
		if code, _, _ := get2(t, f, strings.Split(path, "?")[0]+"?"+bad); code < http.StatusBadRequest || code >= http.StatusInternalServerError {
			t.Errorf("%s gives %d", bad, code)
		}
	}
}

func sumOf(l Latency, measure string, subtask int) int64 {
	for _, s := range l.Series {
		if s.Op == "dedup" && s.Measure == measure && s.Subtask == subtask {
			return int64(s.Total.Count)
		}
	}
	return -1
}
