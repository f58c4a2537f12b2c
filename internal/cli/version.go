package cli

import (
	"encoding/json"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/agentjar"
)

func (a *app) versionVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program and what it carries",
		Example: `  sightglass version
  sightglass version -o json
  sightglass version | head -1`,
		Args: exactly(0, ""),
		RunE: func(*cobra.Command, []string) error {
			agent := "yes"
			if _, err := agentjar.Bytes(); err != nil {
				agent = "no"
			}
			v := map[string]string{"version": a.version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH, "agent": agent}
			if a.format == "json" || a.format == "jsonl" {
				raw, err := json.Marshal(v)
				if err != nil {
					return err
				}
				_, err = a.raw(raw, false)
				return err
			}
			a.say("sightglass %s", v["version"])
			a.say("%s %s, carries the agent: %s", v["go"], v["platform"], agent)
			return nil
		},
	}
}
