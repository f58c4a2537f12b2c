package main

import (
	"fmt"
	"strings"
)

// cell is one shape on one version in one configuration.
type cell struct {
	version string
	config  config
	shape   string

	lines    int   // that it wrote, as a reader keeps them
	items    int64 // planted
	records  int64 // that tasks took from channels, by Flink's own counters
	channels channels
	dropped  int64
	wrong    []string // each thing that did not hold
}

func (c cell) held() bool { return len(c.wrong) == 0 }

func (c cell) String() string {
	head := fmt.Sprintf("%-6s  %-38s %-14s %5d lines, %5d items, %6d records, %4d of %4d channel counts equal, %3d dropped",
		c.version, c.config, c.shape, c.lines, c.items, c.records, c.channels.Equal, c.channels.Compared, c.dropped)
	if c.held() {
		return "held    " + head
	}
	return "FAILED  " + head + "\n        " + strings.Join(c.wrong, "\n        ")
}
