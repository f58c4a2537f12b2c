package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
	"github.com/sightglass/sightglass/internal/share"
)

// encryptedSuffix is what names of encrypted files end with.
const encryptedSuffix = ".age"

func (a *app) exportIncident() *cobra.Command {
	var q client.IncidentQuery
	var out, passphrase string
	var keys, files []string
	var preview, link bool
	var lasts string
	c := &cobra.Command{
		Use:   "incident [RECORDING] --out FILE | --link",
		Short: "Write a recording, or a stretch of it, into one signed file for somebody without access",
		Long: `Write a recording, or the stretch of it that can be replayed around --from and --to or around a position, into one file that sightglass
open shows on any machine. RECORDING is an id, the beginning of one, or a job's name; it may be left out when only one job is there.

Values are masked for the role of --as, and never show more than you see; what cannot be masked is taken away. The file is signed by the
server, and says what was done to it and what its replays gave: sightglass verify FILE. --for and --for-file encrypt it for keys of age, and
the file's name ends in .age then; --passphrase-file for whoever knows the first line of that file.

--with-program makes a file that runs again: the job's jars, its configuration and its arguments leave as they are, so only who sees every
value may ask for it. A masked recording is run again with its masked values before it leaves, which may take minutes, and the file says
what came of it: exact, path-equal (the same way through the program, with other values) or not-replayable, and where it parted.

FILE appears when all of it has arrived and is whole; one that is there is replaced. --preview lists what would leave, and writes nothing.
--link leaves the file on the server, encrypted there for --for and --for-file, and prints the address that gives it, this once. It can be
opened for 7 days, or as long as --lasts says, until sightglass link revoke; the setting share-links says by whom.
It needs the right recording:export, and the audit log says who took what. docs/guides/share.md

Exit 1: written, and its masked recording is known not to be replayable.`,
		Example: `  sightglass export incident order-totals --preview
  sightglass export incident order-totals --as support --expires 30d --out totals.sgi
  sightglass export incident order-totals --around drop-duplicates.1.0.12 --for-file recipients.txt --out totals.sgi.age
  sightglass export incident order-totals --as support --link --lasts 2d`,
		Args: between(0, 1, "at most one recording"),
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&out, "out", "", "the file")
	f.BoolVar(&preview, "preview", false, "say what would leave, and write nothing")
	f.BoolVar(&link, "link", false, "leave the file on the server and print a link to it")
	f.StringVar(&lasts, "lasts", "", "how long the link can be opened, as 2d or 12h; 30d at most; empty: 7d")
	f.StringVar(&q.From, "from", "", "earliest time; the file begins with the checkpoint before")
	f.StringVar(&q.To, "to", "", "latest time; the file ends with the checkpoint behind")
	f.StringVar(&q.Around, "around", "", "a position in place of --from and --to")
	f.StringVar(&q.As, "as", "", "role of who will read it; empty: what you see")
	f.BoolVar(&q.State, "with-state", false, "with files of state, as far as they are recorded")
	f.BoolVar(&q.Jars, "with-jars", false, "with the job's jars")
	f.BoolVar(&q.Program, "with-program", false, "with what runs it again: jars, configurations and arguments as they are")
	f.StringVar(&q.Expires, "expires", "", "how long it is to be used, as 30d or 12h; empty: for ever")
	f.StringArrayVar(&keys, "for", nil, "encrypt for a public key of age (age1…); may be given more than once")
	f.StringArrayVar(&files, "for-file", nil, "encrypt for the public keys in a file, one a line; may be given more than once")
	f.StringVar(&passphrase, "passphrase-file", "", "encrypt with the passphrase in the first line of a file")
	c.RunE = func(c *cobra.Command, args []string) error {
		to, err := recipients(keys, files, passphrase)
		if err != nil {
			return err
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		switch {
		case preview && out != "":
			return usage("leave one of them out", "--preview writes no file")
		case link && (preview || out != ""):
			return usage("leave one of them out", "--link leaves the file on the server")
		case link && passphrase != "":
			return usage("give keys of age by --for or --for-file, or write the file by --out", "the server encrypts for keys alone, not with a passphrase")
		case lasts != "" && !link:
			return usage("--expires is how long a file is to be used", "--lasts is of a link")
		case !preview && !link && out == "":
			return usage("--out names the file, --link leaves it on the server, --preview says what would leave", "where to?")
		}
		if q.Recording, err = a.onlyRecording(c.Context(), cl, args); err != nil {
			return err
		}
		if preview {
			return a.previewIncident(c.Context(), cl, q)
		}
		if link {
			w, err := linkWish(q, lasts, keys, files)
			if err != nil {
				return err
			}
			return a.linkIncident(c.Context(), cl, q.Recording, w)
		}
		if to.Any() && !strings.HasSuffix(out, encryptedSuffix) {
			out += encryptedSuffix
		}
		if q.Program {
			a.hint("if it is masked it runs again first, which may take minutes; it can be interrupted")
		}
		var report *share.Report
		err = cl.ExportIncident(c.Context(), q, out, func(w io.Writer, from io.Reader) (err error) {
			report, err = keep(c.Context(), w, from, to)
			return err
		})
		if err != nil {
			return err
		}
		a.say("%s", out)
		a.manifest(report, nil)
		if report.Manifest.Verdict.Verdict == share.NotReplayable {
			return verdict(exitFound)
		}
		return nil
	}
	return c
}

// keep copies a file, encrypted if it is for somebody, and reads it on the way, so that nothing is kept that is not whole.
func keep(ctx context.Context, w io.Writer, from io.Reader, to share.Recipients) (*share.Report, error) {
	sink := struct{ io.Writer }{w}
	var sealed io.WriteCloser
	if to.Any() {
		var err error
		if sealed, err = share.Encrypt(w, to); err != nil {
			return nil, err
		}
		sink.Writer = sealed
	}
	read, write := io.Pipe()
	type verified struct {
		report *share.Report
		err    error
	}
	done := make(chan verified, 1)
	go func() {
		r, err := share.Verify(ctx, read)
		read.CloseWithError(errors.Join(errors.New("the file is not whole"), err)) // ends the copy if it still runs
		done <- verified{r, err}
	}()
	_, err := io.Copy(io.MultiWriter(sink, write), from)
	write.CloseWithError(err) // nil is the end
	result := <-done
	switch {
	case result.err != nil && !errors.Is(result.err, err):
		return nil, result.err
	case err != nil:
		return nil, err
	case sealed != nil:
		err = sealed.Close()
	}
	return result.report, err
}

// recipients are who can read a file; none: everybody.
func recipients(keys, files []string, passphrase string) (to share.Recipients, err error) {
	hint := "age-keygen makes keys; the public one begins with age1"
	if len(keys) > 0 {
		if err := to.Add(strings.NewReader(strings.Join(keys, "\n"))); err != nil {
			return to, usage(hint, "%v", err)
		}
	}
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			return to, usage(hint, "%v", err)
		}
		err = to.Add(file)
		if err = errors.Join(err, file.Close()); err != nil {
			return to, usage(hint, "%s: %v", name, err)
		}
	}
	if passphrase != "" {
		words, err := firstLine(passphrase)
		if err == nil {
			err = to.AddPassphrase(words)
		}
		if err != nil {
			return to, usage("the first line of the file is the passphrase", "%v", err)
		}
	}
	return to, nil
}

func firstLine(name string) (string, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	if line = strings.TrimRight(line, "\r"); line == "" {
		return "", fmt.Errorf("%s begins with an empty line", name)
	}
	return line, nil
}

func (a *app) previewIncident(ctx context.Context, cl *client.Client, q client.IncidentQuery) error {
	answer, err := cl.PreviewIncident(ctx, q)
	if err != nil {
		return err
	}
	done, err := a.raw(answer.Raw, false)
	if err != nil || done {
		return err
	}
	p := answer.Value
	a.fact("job", clean(p.Job))
	a.fact("size", size(p.Bytes)+", "+a.count(p.Events)+" events in "+plural(int(p.Blocks), "block"))
	a.fact("masked", maskedWords(p.Masked, p.Roles))
	a.fact("verdict", clean(string(p.Verdict))+": "+clean(p.Details))
	a.leaves(&p)
	return nil
}

func maskedWords(masked bool, roles []string) string {
	if !masked {
		return "no: values leave as they are"
	}
	return "yes, for " + orNothing(strings.Join(roles, ", "))
}

// leaves lists what of values leaves and what does not.
func (a *app) leaves(p *gen.Incident) {
	if len(p.Classes)+len(p.Cut)+len(p.LeftOut) == 0 {
		return
	}
	t := newTable(column{head: "PART"}, column{head: "CLASS"}, column{head: "TREATMENT", flex: true}, column{head: "VALUES", right: true}, column{head: "SIZE", right: true})
	for _, c := range p.Classes {
		t.add(clean(c.Part), clean(c.Class), clean(c.Action), a.count(c.Values), nothing)
	}
	for _, c := range p.Cut {
		t.add(clean(c.Part), nothing, "cut: "+clean(c.Reason), a.count(c.Values), size(c.Bytes))
	}
	for _, l := range p.LeftOut {
		t.add(nothing, nothing, "not in the file: "+clean(l.Name)+", "+clean(l.Reason), nothing, size(l.Bytes))
	}
	a.say("")
	t.print(a, 0)
}

// manifest says in words what a file is. known is nil where nobody asked whether its signer is known.
func (a *app) manifest(r *share.Report, known share.Signers) {
	m := r.Manifest
	a.fact("job", clean(m.Recording.Job)+", recording "+clean(m.Recording.ID)+", Flink "+orNothing(clean(m.Recording.Flink)))
	if !m.From.IsZero() || !m.To.IsZero() {
		a.fact("stretch", instant(m.From)+" to "+instant(m.To))
	}
	a.fact("holds", a.count(digits(int64(m.Recording.Events)))+" events in "+plural(len(m.Blocks), "block")+", "+size(digits(r.Bytes)))
	made := clean(m.By) + " on " + instant(m.Made)
	if !m.Expires.IsZero() {
		made += ", to be used until " + instant(m.Expires)
	}
	a.fact("made by", made)
	signer := r.Fingerprint()
	if name := known.Name(r.Key); name != "" {
		signer += " (" + clean(name) + ")"
	} else if known != nil {
		signer += " (not known)"
	}
	a.fact("signed by", signer)
	a.fact("masked", maskedWords(m.Masked, m.Policy.Roles)+", policy "+orNothing(clean(m.Policy.Version)))
	values, cut := int64(0), int64(0)
	for _, c := range m.Classes {
		if c.Action != "clear" {
			values += c.Values
		}
	}
	for _, c := range m.Cut {
		cut += c.Values
	}
	if m.Masked {
		a.fact("values", a.count(digits(values))+" masked, "+a.count(digits(cut))+" cut")
	}
	for _, l := range m.Left {
		a.fact("left out", clean(l.Name)+": "+clean(l.Reason))
	}
	a.fact("gaps", strconv.Itoa(len(m.Gaps)))
	a.fact("verdict", clean(m.Verdict.Verdict)+": "+clean(m.Verdict.Details))
}
