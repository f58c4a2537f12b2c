package cli

import (
	"github.com/spf13/cobra"
)

func (a *app) importVerb() *cobra.Command {
	var f incidentFile
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Give an incident file to the server, which keeps its recording as one of its own",
		Long: `Give an incident file to the server. It checks all of it before it keeps anything: signature, hashes, expiry. The recording is then one
among the others, and stays marked: with who made and signed the file, and that its values are masked, if they are. A recording that is
there already is not replaced. An encrypted file is decrypted here; the key does not leave this machine.

It needs the right recording:import, and the audit log says who took it in. The server names signers that stand in the file known-signers
of its data folder.`,
		Example: `  sightglass import totals.sgi
  sightglass import totals.sgi --identity key.txt
  sightglass import totals.sgi -o json | jq .signer`,
		Args: exactly(1, "an incident file"),
		RunE: func(c *cobra.Command, args []string) error {
			f.path = args[0]
			in, err := f.open()
			if err != nil {
				return fileFailure(f.path, err)
			}
			defer in.Close()
			cl, err := a.client()
			if err != nil {
				return err
			}
			answer, err := cl.ImportIncident(c.Context(), in)
			if err != nil {
				return err
			}
			done, err := a.raw(answer.Raw, false)
			if err != nil || done {
				return err
			}
			v := answer.Value
			a.fact("recording", v.Recording+", "+clean(v.Job))
			a.fact("holds", a.count(v.Events)+" events in "+plural(int(v.Blocks), "block")+", "+size(v.Bytes))
			signer := clean(v.Signer)
			if v.Known != "" {
				signer += " (" + clean(v.Known) + ")"
			} else {
				signer += " (not known to the server)"
			}
			a.fact("signed by", signer)
			a.fact("masked", maskedWords(v.Masked, v.Roles))
			a.fact("verdict", clean(string(v.Verdict))+": "+clean(v.Details))
			a.link(cl, "/r/"+v.Recording+"/events", "")
			return nil
		},
	}
	f.flags(c)
	return c
}
