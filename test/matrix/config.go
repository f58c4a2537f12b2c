package main

import "strconv"

// config is how a job is run.
type config struct {
	backend   string // hashmap or rocksdb
	unaligned bool
	reuse     bool
}

func (c config) String() string {
	name := c.backend
	if c.unaligned {
		name += ", unaligned"
	} else {
		name += ", aligned"
	}
	if c.reuse {
		return name + ", object reuse"
	}
	return name
}

// folder is a name for the file system.
func (c config) folder() string {
	return c.backend + "-unaligned-" + strconv.FormatBool(c.unaligned) + "-reuse-" + strconv.FormatBool(c.reuse)
}

// settings are lines of Flink's configuration.
func (c config) settings() []string {
	return []string{
		"state.backend.type=" + c.backend,
		"execution.checkpointing.incremental=" + strconv.FormatBool(c.backend == "rocksdb"),
		"execution.checkpointing.data-inline-threshold=0 b", // all state lies in files, as large state does
		"execution.checkpointing.unaligned.enabled=" + strconv.FormatBool(c.unaligned),
		"pipeline.object-reuse=" + strconv.FormatBool(c.reuse),
	}
}
