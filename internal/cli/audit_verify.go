package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/audit"
)

// auditReport is the answer of audit verify as JSON.
type auditReport struct {
	Kind        string       `json:"kind"`
	Version     int          `json:"version"`
	State       string       `json:"state"` // whole, broken or unknown
	Detail      string       `json:"detail,omitempty"`
	Bad         *auditBroken `json:"bad,omitempty"`
	Entries     string       `json:"entries"`
	First       string       `json:"first"`
	End         string       `json:"end"`
	EndHash     string       `json:"end_hash"`
	Heads       int          `json:"heads"`    // that agree
	HeadSeq     string       `json:"head_seq"` // the last entry that one covers
	Fingerprint string       `json:"fingerprint,omitempty"`
	OwnKey      bool         `json:"own_key"` // the key is what the log says itself
	Removed     string       `json:"removed"` // the last entry that retention took away
	Unchained   []string     `json:"unchained"`
}

// auditBroken is the first bad entry.
type auditBroken struct {
	Seq  string `json:"seq,omitempty"`
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	Text string `json:"text"`
}

func (a *app) auditVerify() *cobra.Command {
	var f storeFlags
	var key string
	var anchors []string
	c := &cobra.Command{
		Use: "verify [FOLDER | FILE…] [--key PUB] [--anchor FILE]", Short: "Check the files of the log; name the first bad entry",
		Long: `Check the files of the audit log, without the server, which may run meanwhile: FOLDER is a data folder (default: as of sightglass up), or FILE… are
some files of a log. The first entry that was changed, taken out, put elsewhere or cut off is named.

The chain of hashes shows changes inside the log. That its end was cut off, or all of it written anew, is shown by signed heads: those beside the
log, and those that --anchor FILE holds, which were kept elsewhere (lines of heads, or CloudEvents of type io.sightglass.audit.head.v1).
--key is the public key of the heads, in hex or as a file; without it the key that the log names itself is taken, which somebody who writes all of
the folder could have replaced.

Exit 0: whole. 1: broken. 2: it cannot be told: nothing to check, or of a later version.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			o := audit.VerifyOptions{Paths: args, Anchors: anchors}
			if len(args) == 0 {
				data, err := a.folder(&f)
				if err != nil {
					return err
				}
				o.Paths = []string{data}
			}
			if key != "" {
				var err error
				if o.Key, err = audit.PublicKey(key); err != nil {
					return usage("audit-key.pub beside the log is one; keep a copy elsewhere", "--key: %v", err)
				}
			}
			report, err := audit.Verify(c.Context(), o)
			if c.Context().Err() != nil {
				return c.Context().Err()
			}
			return a.auditVerdict(report, err)
		},
	}
	f.where(c)
	c.Flags().StringVar(&key, "key", "", "public key of the heads, in hex or as a file")
	c.Flags().StringArrayVar(&anchors, "anchor", nil, "file with heads that were kept elsewhere; may be repeated")
	return c
}

// auditVerdict says what a check found, and ends with its exit code.
func (a *app) auditVerdict(r access.CheckReport, failed error) error {
	u := func(n uint64) string { return strconv.FormatUint(n, 10) }
	out := auditReport{
		Kind: "audit-report", Version: 1, State: "whole", Entries: u(r.Entries), First: u(r.First), End: u(r.End.Seq), EndHash: r.End.Hash.String(), Heads: r.Heads,
		HeadSeq: u(r.HeadSeq), Fingerprint: audit.Fingerprint(r.Key), OwnKey: r.OwnKey, Removed: u(r.Removed), Unchained: append([]string{}, r.Unchained...),
	}
	code := verdict(exitOK)
	var broken *access.Broken
	switch {
	case errors.As(failed, &broken):
		out.State, out.Detail, code = "broken", broken.Error(), exitFound
		out.Bad = &auditBroken{File: broken.File, Line: broken.Line, Text: broken.Text}
		if broken.Seq > 0 {
			out.Bad.Seq = u(broken.Seq)
		}
	case failed != nil:
		out.State, out.Detail, code = "unknown", failed.Error(), exitUnknown
	}
	b, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	done, err := a.raw(b, false)
	if err != nil {
		return err
	}
	if !done {
		a.auditWords(&out)
	}
	if code != exitOK {
		return code
	}
	return nil
}

func (a *app) auditWords(r *auditReport) {
	switch r.State {
	case "broken":
		a.say("%s  %s", a.paint(red, "BROKEN"), r.Detail)
		a.hint("%s entries before it are whole.", r.Entries)
		return
	case "unknown":
		a.say("%s  %s", a.paint(amber, "UNKNOWN"), r.Detail)
		return
	}
	a.say("%s  entries %s to %s, %s", a.paint(green, "WHOLE"), r.First, r.End, r.EndHash)
	switch {
	case r.Heads == 0:
		a.hint("No head covers any of them: that entries were cut off at the end would not be seen. --anchor FILE names heads that were kept elsewhere.")
	case r.OwnKey:
		a.hint("%s, up to entry %s, key %s, which is what the log says itself: --key PUB proves that it is yours.", plural(r.Heads, "head"), r.HeadSeq, r.Fingerprint)
	default:
		a.hint("%s, up to entry %s, key %s.", plural(r.Heads, "head"), r.HeadSeq, r.Fingerprint)
	}
	if r.Removed != "0" {
		a.hint("Entries up to %s were removed by retention, which is written down.", r.Removed)
	}
	if len(r.Unchained) > 0 {
		a.hint("%s of an older version has no chain; its hash is what the entry behind it holds.", strings.Join(r.Unchained, ", "))
	}
}
