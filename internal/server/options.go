package server

import (
	"io/fs"
	"log/slog"
	"time"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/event"
)

// Options of a server. Config and Version are required.
type Options struct {
	Config  config.Server
	Version string
	UI      fs.FS        // the built web UI; default: the one in this binary, or a page that says how to build it
	User    string       // name of the person at this machine, for the audit log
	Log     *slog.Logger // default: nothing is logged
	Now     func() time.Time

	// Opened is the one recording of the data folder, which Unpack put there: it is shown, and nothing is changed. Zero: a server.
	Opened event.RecordingID
}

// Info is what people need to know of a running server.
type Info struct {
	URL            string // of the web UI
	Agents         string // address of the agents' listener
	OTLP           string // address for Flink's own reporters; empty = nothing is taken
	Moved          bool   // the wanted port of the web UI was taken
	Registry       string // URL of the schema registry; empty = there is none
	RegistryMode   string // serve, proxy, follow
	RegistryMoved  bool   // the wanted port of the registry was taken
	Data           string
	TLS            bool
	Fingerprint    string // SHA-256 of the certificate, when TLS is on
	SelfMade       bool   // the certificate
	TokenFile      string // of the web UI and the API; empty = none is asked for
	AgentTokenFile string
	AgentCA        string   // file with the authorities of agents' certificates; empty = none is asked for
	Ways           []string // by which people log in: token, users, oidc; empty = nobody is asked
	FirstCode      string   // with which the first administrator makes an account on the login page; empty = none is wanted
	Provider       string   // issuer of the identity provider; empty = there is none
	AgentJar       string   // where the agent was written; empty = this binary carries none
	FlinkLines     []string // what goes into Flink's configuration
}

// NewLogger makes the process's logger as the configuration wants it.
func NewLogger(c config.Server, to interface{ Write([]byte) (int, error) }) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(to, o))
	}
	return slog.New(slog.NewTextHandler(to, o))
}
