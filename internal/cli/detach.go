package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/cli/flinkconf"
)

func (a *app) detach() *cobra.Command {
	var home string
	var dryRun bool
	c := &cobra.Command{
		Use:   "detach --flink-home DIR",
		Short: "Take back what attach --write changed, to the byte",
		Long: `Take back what attach --write changed in an installation's configuration, to the byte. When others edited the file since, only our lines go
and their edits stay; when our lines were edited too, nothing is changed and the message says where the original is kept.
Recorded processes go on until they are restarted.`,
		Example: `  sightglass detach --flink-home /opt/flink
  sightglass detach --flink-home /opt/flink --dry-run
  sightglass detach --flink-home "$FLINK_HOME" && "$FLINK_HOME"/bin/stop-cluster.sh`,
		Args: exactly(0, ""),
	}
	c.Flags().StringVar(&home, "flink-home", "", "folder of the Flink installation")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "show the change and leave the file alone")
	c.RunE = func(*cobra.Command, []string) error {
		if home == "" {
			return usage("as in --flink-home /opt/flink", "detach wants --flink-home")
		}
		file, err := flinkconf.Find(home)
		if err != nil {
			return err
		}
		undo, err := file.PlanUndo()
		if err != nil {
			return err
		}
		if !undo.Empty() {
			a.say("%s", strings.TrimSuffix(undo.Diff(), "\n"))
		}
		if dryRun {
			a.hint("Nothing was changed.")
			return nil
		}
		if err := undo.Write(); err != nil {
			return err
		}
		if undo.Exact {
			a.hint("%s is what it was before, byte for byte.", file.Path)
		} else {
			a.hint("%s: our lines are out; what others changed since stays.", file.Path)
		}
		return nil
	}
	return c
}
