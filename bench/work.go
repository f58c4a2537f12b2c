package main

import "strconv"

// work is a job that is measured.
type work struct {
	name  string
	class string
	query string // of bench.Auctions
}

// hot is the bare hot path: a record costs next to nothing, so what recording adds shows in nanoseconds.
const hot = "hot"

var works = []work{
	{name: hot, class: "bench.HotJob"},
	{name: "stateless", class: "bench.Auctions", query: "stateless"},
	{name: "window", class: "bench.Auctions", query: "window"},
	{name: "join", class: "bench.Auctions", query: "join"},
	{name: "topn", class: "bench.Auctions", query: "topn"},
	{name: "dedup", class: "bench.Auctions", query: "dedup"},
}

func workNames() []string {
	names := make([]string, len(works))
	for i, w := range works {
		names[i] = w.name
	}
	return names
}

func workNamed(name string) work {
	for _, w := range works {
		if w.name == name {
			return w
		}
	}
	panic("no work " + name) // flags were checked
}

// args of the job; level becomes part of its name, by which the policy knows it. rate is in events per second, 0 as fast as it goes.
func (w work) args(parallelism int, level string, rate float64) []string {
	name := "bench-" + w.name + "-" + level
	if w.query == "" {
		return []string{strconv.Itoa(parallelism), name}
	}
	return []string{w.query, strconv.Itoa(parallelism), name, strconv.FormatFloat(rate, 'f', 0, 64)}
}

// plain is the level of runs on the cluster without the agent.
const plain = "plain"

// levelNames are the ways to record that are measured; sampled is trace of one key in 50.
var levelNames = []string{"positions", "flight", "trace", "sampled"}

// policy gives each job the level that its name ends with.
const policy = `level: positions
rules:
  - {job: "bench-*-positions", level: positions}
  - {job: "bench-*-flight", level: flight}
  - {job: "bench-*-trace", level: trace}
  - {job: "bench-*-sampled", level: trace, sample: {take: 1, of: 50}}
`
