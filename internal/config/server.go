package config

import (
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Server is the configuration of one server. The zero value is not valid; begin with Defaults.
type Server struct {
	Data          string
	Listen        string
	ListenChosen  bool // Listen was set: a taken port is an error then, not a reason to take the next one
	AgentListen   string
	Advertise     string // host that agents reach the server under; empty = derived from AgentListen
	TLS           Switch
	TLSCert       string
	TLSKey        string
	Auth          Switch
	TokenFile     string
	AgentAuth     Switch
	AgentToken    string // file
	AgentCA       string // file; empty = agents show no certificate
	Level         string // of operators that no policy names
	Policy        string // file of the recording policy; empty = policy.yaml below Data, if it is there
	UserJars      string // folder; empty = nothing of jobs is run
	KafkaFile     string // of clusters, for ReadKafka; empty: none is looked into, and replays reach them as jobs name them
	Durability    string
	MaxAgents     int
	LostAfter     time.Duration
	CacheBytes    int64
	LogLevel      slog.Level
	LogFormat     string
	ShutdownAfter time.Duration

	RetainAge              time.Duration // 0 = for ever
	RetainSize, RetainFree int64         // bytes; 0 = no limit
	PinQuota               int64         // bytes; 0 = no limit
	Compact                string        // auto or off

	Login   Login
	Access  Access
	OTLP    OTLP
	Parquet Parquet
	Replay  Replay
	Audit   Audit
	Share   Share

	Governance Governance
	Registry   Registry
	Notify     Notify
}

// Switch is on, off, or auto: off on loopback, on elsewhere.
type Switch string

// The positions of a Switch.
const (
	Auto Switch = "auto"
	On   Switch = "on"
	Off  Switch = "off"
)

// For says what s means for a listener at address.
func (s Switch) For(address string) bool {
	if s == Auto {
		return !Loopback(address)
	}
	return s == On
}

// Loopback tells whether only this machine can reach a listener at address (host:port).
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Setting is one thing that can be told. Its flag is --Name, its variable SIGHTGLASS_NAME, its line in the file Name: value.
type Setting struct {
	Name    string
	Default string
	Unit    string // of the value; empty = none
	Help    string // one sentence
	set     func(*Server, string) error
}

// Variable is the name in the environment.
func (s Setting) Variable() string {
	return "SIGHTGLASS_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// Settings is every setting, in the order of the reference page.
func Settings() []Setting {
	return slices.Concat([]Setting{
		{"data", "sightglass-data", "folder", "Where everything is kept: blocks, metadata, certificate, tokens, audit log.",
			text(func(s *Server) *string { return &s.Data })},
		{"listen", "127.0.0.1:7170", "host:port", "Address of the web UI and the API. On loopback a taken port moves to the next free one unless this is set.",
			func(s *Server, v string) error { s.ListenChosen = true; return address(&s.Listen, v) }},
		{"agent-listen", "127.0.0.1:7171", "host:port", "Address that agents connect to.",
			func(s *Server, v string) error { return address(&s.AgentListen, v) }},
		{"advertise", "", "host", "Host name under which Flink's machines reach this server, for the printed lines; derived when empty.",
			text(func(s *Server) *string { return &s.Advertise })},
		{"tls", "auto", "", "TLS on both listeners: on, off, or auto (off on loopback, on elsewhere).",
			toggle(func(s *Server) *Switch { return &s.TLS })},
		{"tls-cert", "", "file", "Certificate chain in PEM; empty: one is made below the data folder and its SHA-256 printed.",
			text(func(s *Server) *string { return &s.TLSCert })},
		{"tls-key", "", "file", "Key of the certificate in PEM.",
			text(func(s *Server) *string { return &s.TLSKey })},
		{"auth", "auto", "", "Whether the web UI and the API ask who one is: on, off, or auto (off on loopback, on elsewhere). Off is for loopback only.",
			toggle(func(s *Server) *Switch { return &s.Auth })},
		{"token-file", "", "file", "Holds the server's token, which may do everything (docs/operations/login.md); empty: one is made below the data folder, readable by the owner only.",
			text(func(s *Server) *string { return &s.TokenFile })},
		{"agent-auth", "auto", "", "Whether agents must show a token: on, off, or auto (off on loopback, on elsewhere).",
			toggle(func(s *Server) *Switch { return &s.AgentAuth })},
		{"agent-token-file", "", "file", "Holds the agents' token; empty: one is made below the data folder, readable by the owner only.",
			text(func(s *Server) *string { return &s.AgentToken })},
		{"agent-ca", "", "file", "Authorities in PEM: agents must show a certificate that one of them signed (tls-cert and tls-key of the agent), besides the token unless agent-auth is off. Needs TLS on agent-listen. Empty: no certificate is asked for.",
			text(func(s *Server) *string { return &s.AgentCA })},
		{"level", "flight", "", "What agents record where no policy says otherwise: positions (what replay needs), flight (and the bytes on every edge) or trace (and what operators do with state, timers and windows).",
			choice(func(s *Server) *string { return &s.Level }, "positions", "flight", "trace")},
		{"policy", "", "file", "What is recorded, in YAML (docs/operations/policy.md); empty: policy.yaml below the data folder, if it is there. A change is taken over at once.",
			text(func(s *Server) *string { return &s.Policy })},
		{"user-jars", "", "folder", "Holds jobs' jars and Flink's (docs/operations/user-jars.md); values that only their classes can read are decoded by them, in a process of its own. Empty: they stay bytes.",
			text(func(s *Server) *string { return &s.UserJars })},
		{"kafka-file", "", "file", "Clusters of Kafka in YAML: addresses, TLS, log-in and schema registry (docs/operations/kafka.md). People look into those that have a name, and replays read topics of jobs there again; empty: none, and replays ask the bootstrap servers that the job names, without TLS or a log-in.",
			text(func(s *Server) *string { return &s.KafkaFile })},
		{"durability", "process", "", "When a block counts as stored: process (it survives a crash of the server) or disk (it survives a power cut).",
			choice(func(s *Server) *string { return &s.Durability }, "process", "disk")},
		{"compact", "auto", "", "Whether what is stored is made smaller in the background, a fifth of one processor while blocks come in: auto or off.",
			choice(func(s *Server) *string { return &s.Compact }, "auto", "off")},
		{"retain-age", "0s", "duration", "What is older is removed: recordings that have ended as a whole, the beginning of those that go on; 0s: it is kept for ever.",
			func(s *Server, v string) error { return age(&s.RetainAge, v) }},
		{"retain-size", "0", "size", "When recordings take more than this, the oldest is removed until they fit; 0: no limit.",
			func(s *Server, v string) (err error) { s.RetainSize, err = size(v); return err }},
		{"retain-free", "2GiB", "size", "When less than this is free on the disk, the oldest is removed until there is; 0: nothing is. Below 512 MiB blocks are refused, and agents keep what they can.",
			func(s *Server, v string) (err error) { s.RetainFree, err = size(v); return err }},
		{"pin-quota", "20GiB", "size", "What pins may hold; over it new ones are refused; 0: no limit.",
			func(s *Server, v string) (err error) { s.PinQuota, err = size(v); return err }},
		{"max-agents", "1000", "connections", "Agents beyond this number are refused.",
			func(s *Server, v string) error { return whole(&s.MaxAgents, v, 1, 100_000) }},
		{"lost-after", "60s", "duration", "A process that went away without a goodbye is a gap after this time.",
			duration(func(s *Server) *time.Duration { return &s.LostAfter })},
		{"cache", "64MiB", "size", "Memory for decoded columns.",
			func(s *Server, v string) (err error) { s.CacheBytes, err = size(v); return err }},
		{"log-level", "info", "", "debug, info, warn or error.",
			func(s *Server, v string) error { return s.LogLevel.UnmarshalText([]byte(v)) }},
		{"log-format", "text", "", "text or json.",
			choice(func(s *Server) *string { return &s.LogFormat }, "text", "json")},
		{"shutdown-after", "20s", "duration", "How long a shutdown waits for requests and agents in flight.",
			duration(func(s *Server) *time.Duration { return &s.ShutdownAfter })},
	}, loginSettings(), accessSettings(), replaySettings(), otlpSettings(), parquetSettings(), auditSettings(), shareSettings(), governanceSettings(), registrySettings(), notifySettings())
}

func text(at func(*Server) *string) func(*Server, string) error {
	return func(s *Server, v string) error { *at(s) = v; return nil }
}

func toggle(at func(*Server) *Switch) func(*Server, string) error {
	return func(s *Server, v string) error {
		switch sw := Switch(v); sw {
		case Auto, On, Off:
			*at(s) = sw
			return nil
		}
		return fmt.Errorf("%q is none of on, off, auto", v)
	}
}

func choice(at func(*Server) *string, of ...string) func(*Server, string) error {
	return func(s *Server, v string) error {
		for _, o := range of {
			if v == o {
				*at(s) = v
				return nil
			}
		}
		return fmt.Errorf("%q is none of %s", v, strings.Join(of, ", "))
	}
}

func duration(at func(*Server) *time.Duration) func(*Server, string) error {
	return func(s *Server, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d <= 0 {
			return fmt.Errorf("%q is no duration above 0, as 30s or 5m", v)
		}
		*at(s) = d
		return nil
	}
}

// age is a duration that may be 0.
func age(to *time.Duration, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no duration, as 72h, or 0s for none", v)
	}
	*to = d
	return nil
}

func whole(to *int, v string, low, high int) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		return fmt.Errorf("%q is no number from %d to %d", v, low, high)
	}
	*to = n
	return nil
}

func address(to *string, v string) error {
	host, port, err := net.SplitHostPort(v)
	if err != nil {
		return fmt.Errorf("%q is no host:port", v)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q: the port is no number from 0 to 65535", v)
	}
	*to = net.JoinHostPort(host, port)
	return nil
}

// size reads bytes, as 1048576, 256MiB or 1GiB.
func size(v string) (int64, error) {
	for suffix, unit := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if number, ok := strings.CutSuffix(v, suffix); ok {
			n, err := strconv.ParseInt(number, 10, 64)
			if err != nil || n < 0 || n > (1<<62)/unit {
				return 0, fmt.Errorf("%q is no size", v)
			}
			return n * unit, nil
		}
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no size, as 1048576 or 256MiB", v)
	}
	return n, nil
}
