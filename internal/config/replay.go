package config

import "time"

// Replay is how recorded tasks run again.
type Replay struct {
	Flink   string // a Flink home, or a folder with homes
	Java    string
	Jobs    int
	Memory  int64 // bytes of heap
	Time    time.Duration
	Sandbox string // on or off
	Uploads string // sandboxed, any or none

	Kafka string // on or off
}

// replaySettings are those of Replay, in the order of the reference page.
func replaySettings() []Setting {
	return []Setting{
		{"replay-flink", "", "folder", "A Flink home whose jars recorded tasks run on again, or a folder with homes flink-<version> in it (docs/guides/replay.md); empty: FLINK_HOME.",
			text(func(s *Server) *string { return &s.Replay.Flink })},
		{"replay-java", "", "file", "The java that recorded tasks run on again; empty: that of JAVA_HOME, else the one on the path.",
			text(func(s *Server) *string { return &s.Replay.Java })},
		{"replay-jobs", "1", "processes", "Replays that run at a time; others wait.",
			func(s *Server, v string) error { return whole(&s.Replay.Jobs, v, 1, 64) }},
		{"replay-memory", "1GiB", "size", "Heap of a replay's JVM.",
			func(s *Server, v string) (err error) { s.Replay.Memory, err = size(v); return err }},
		{"replay-time", "30m", "duration", "A replay that takes longer is ended.",
			duration(func(s *Server) *time.Duration { return &s.Replay.Time })},
		{"replay-sandbox", "on", "", "on: replays run in a sandbox (Linux's Landlock), and where there is none they do not run; off: user code of recorded jobs runs with the rights of this server.",
			choice(func(s *Server) *string { return &s.Replay.Sandbox }, "on", "off")},
		{"replay-uploads", "sandboxed", "", "Jars that people upload to compare with recorded ones (sightglass diff): sandboxed: they run where replays are in a sandbox; any: without one too, with the rights of this server; none: they are refused.",
			choice(func(s *Server) *string { return &s.Replay.Uploads }, "sandboxed", "any", "none")},
		{"replay-kafka", "on", "", "on: a replay of a source that was recorded at level positions reads its topics again, at the recorded offsets (docs/guides/replay.md); off: such replays are refused.",
			choice(func(s *Server) *string { return &s.Replay.Kafka }, "on", "off")},
	}
}
