package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/server"
)

func (a *app) open() *cobra.Command {
	var f incidentFile
	var listen, flink, sandbox string
	c := &cobra.Command{
		Use:   "open FILE",
		Short: "Show an incident file in the browser, without a server of one's own",
		Long: `Check an incident file, unpack it into a folder of its own, and show it with the same pages and the same API as a server, on this machine
alone. Nothing can be changed or recorded there, and nothing leaves the machine. The folder goes when the program ends.

A file that was made with its program (sightglass export incident --with-program) can be replayed and stepped through: that runs the file's
code, in a sandbox that lets it neither read nor write other files nor reach a network. It needs Java, and Flink's jars of the recorded
version: --replay-flink, or FLINK_HOME. docs/guides/replay.md

Other commands ask it as any server: export SIGHTGLASS_SERVER to the address that is printed.`,
		Example: `  sightglass open totals.sgi
  sightglass open totals.sgi --replay-flink /opt/flink
  sightglass open totals.sgi --identity key.txt`,
		Args: exactly(1, "an incident file"),
	}
	f.flags(c)
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "address of this machine to show it on; port 0: a free one")
	c.Flags().StringVar(&flink, "replay-flink", "", "a Flink home, or a folder with homes flink-<version> in it, to replay on; empty: FLINK_HOME")
	c.Flags().StringVar(&sandbox, "replay-sandbox", "on", "off: where there is no sandbox, replays run the file's program with your rights, if you trust whoever made it")
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		f.path = args[0]
		if !config.Loopback(listen) {
			return usage("as in --listen 127.0.0.1:8080", "an opened file is shown on this machine alone")
		}
		data, err := os.MkdirTemp("", "sightglass-open-")
		if err != nil {
			return &failure{code: exitInternal, err: fmt.Errorf("making a folder to unpack into: %w", err)}
		}
		defer func() {
			if gone := os.RemoveAll(data); gone != nil {
				err = errors.Join(err, &failure{code: exitInternal, err: fmt.Errorf("removing what was unpacked: %w", gone)})
			}
		}()
		var opened []io.Closer
		defer func() {
			for _, o := range opened {
				_ = o.Close() // it was only read
			}
		}()
		rec, err := server.Unpack(c.Context(), func() (io.Reader, error) {
			in, err := f.open()
			if err == nil {
				opened = append(opened, in)
			}
			return in, err
		}, data, "local", time.Now())
		if err != nil {
			return fileFailure(f.path, err)
		}
		settings := map[string]string{
			"data": data, "listen": listen, "agent-listen": "127.0.0.1:0", "agent-auth": "on", "retain-free": "0", "compact": "off", "log-level": "warn",
			"replay-flink": flink, "replay-sandbox": sandbox,
		}
		cfg, err := config.Load(func(name string) (string, bool) { v, ok := settings[name]; return v, ok })
		if err != nil {
			return usage("as in --listen 127.0.0.1:8080", "%v", err)
		}
		s, err := server.New(c.Context(), server.Options{Config: cfg, Version: a.version, Log: server.NewLogger(cfg, a.Err), Opened: rec})
		if err != nil {
			return &failure{code: exitInternal, err: err}
		}
		a.say("%s, to look at alone", filepath.Base(f.path))
		a.fact("web", a.paint(bold, s.Info().URL))
		a.fact("commands", "export SIGHTGLASS_SERVER="+s.Info().URL)
		a.say("")
		a.say("Ctrl-C ends it and removes what was unpacked.")
		if err := s.Run(c.Context()); err != nil {
			return &failure{code: exitInternal, err: err}
		}
		return nil
	}
	return c
}
