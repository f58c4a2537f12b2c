package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/share"
)

// incidentFile is a file that a verb reads, with what opens it.
type incidentFile struct {
	path       string
	identities []string
	passphrase string
	signers    string
}

func (f *incidentFile) flags(c *cobra.Command) {
	c.Flags().SortFlags = false
	c.Flags().StringArrayVar(&f.identities, "identity", nil, "file with a private key of age, for a file that is encrypted; may be given more than once")
	c.Flags().StringVar(&f.passphrase, "passphrase-file", "", "file whose first line is the passphrase")
}

func (f *incidentFile) signersFlag(c *cobra.Command) {
	c.Flags().StringVar(&f.signers, "signers", "", "file of known signers: a fingerprint and a name on each line")
}

// open gives the bytes of the file from its beginning, decrypted if need be. Closing it closes the file.
func (f *incidentFile) open() (io.ReadCloser, error) {
	var with share.Identities
	for _, name := range f.identities {
		key, err := os.Open(name)
		if err != nil {
			return nil, usage("age-keygen makes such files", "%v", err)
		}
		err = with.Add(key)
		if err = errors.Join(err, key.Close()); err != nil {
			return nil, usage("age-keygen makes such files", "%s: %v", name, err)
		}
	}
	if f.passphrase != "" {
		words, err := firstLine(f.passphrase)
		if err == nil {
			err = with.AddPassphrase(words)
		}
		if err != nil {
			return nil, usage("the first line of the file is the passphrase", "%v", err)
		}
	}
	file, err := os.Open(f.path)
	if err != nil {
		return nil, usage("sightglass export incident makes such files", "%v", err)
	}
	head := make([]byte, 8)
	n, _ := io.ReadFull(file, head) // a short file is told of when it is read
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if !share.IsEncrypted(head[:n]) {
		return file, nil
	}
	clear, err := share.Decrypt(file, with)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{clear, file}, nil
}

// known are the signers that the flag names; nil when it names none.
func (f *incidentFile) known() (share.Signers, error) {
	if f.signers == "" {
		return nil, nil
	}
	file, err := os.Open(f.signers)
	if err != nil {
		return nil, usage("a fingerprint and a name on each line", "%v", err)
	}
	defer file.Close()
	s, err := share.ParseSigners(file)
	if err != nil {
		return nil, usage("a fingerprint and a name on each line", "%s: %v", f.signers, err)
	}
	return s, nil
}

// fileFailure gives errors about a file their exit codes: 1 it is not whole, 2 it cannot be told.
func fileFailure(path string, err error) error {
	code := 0
	hint := ""
	switch {
	case errors.Is(err, share.ErrChanged), errors.Is(err, share.ErrTorn), errors.Is(err, share.ErrTooLarge):
		code, hint = exitFound, "ask whoever made it for the file again, and compare fingerprints"
	case errors.Is(err, share.ErrNoFile):
		code, hint = exitUnknown, "sightglass export incident makes such files"
	case errors.Is(err, share.ErrEncrypted):
		code, hint = exitUnknown, "--identity names the file of a private key of age, --passphrase-file that of a passphrase"
	case errors.Is(err, share.ErrVersion):
		code, hint = exitUnknown, "use the version of Sightglass that made it, or a newer one"
	default:
		return err
	}
	return &failure{code: code, err: fmt.Errorf("%s: %w", filepath.Base(path), err), hint: hint}
}

func (a *app) verify() *cobra.Command {
	var f incidentFile
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check an incident file: signature, hashes, expiry; and say what it is",
		Long: `Read an incident file to its end and check all of it, without a server: the signature, the hash of every block and part, that nothing is
missing or more, and whether it has expired. Then say in words what it holds, who made it for whom, and what is masked in it.

A signature says that whoever has the key made the file. Whose key that is you know from elsewhere: compare the fingerprint, or name a file
of those you know with --signers.

Exit 0: it is whole. Exit 1: it is not as it was signed, its signer is none of --signers, or it has expired. Exit 2: it cannot be told: it is
encrypted, or no incident file, or of another version.`,
		Example: `  sightglass verify totals.sgi
  sightglass verify totals.sgi --signers known.txt
  sightglass verify totals.sgi -o json | jq .manifest.verdict`,
		Args: exactly(1, "an incident file"),
		RunE: func(c *cobra.Command, args []string) error {
			f.path = args[0]
			known, err := f.known()
			if err != nil {
				return err
			}
			in, err := f.open()
			if err != nil {
				return fileFailure(f.path, err)
			}
			defer in.Close()
			r, err := share.Verify(c.Context(), in)
			if err != nil {
				return fileFailure(f.path, err)
			}
			expired := r.Manifest.Expired(time.Now())
			raw, err := json.Marshal(struct {
				Kind     string          `json:"kind"`
				Version  int             `json:"version"`
				Signer   string          `json:"signer"`
				Known    string          `json:"known,omitempty"`
				Expired  bool            `json:"expired"`
				Bytes    int64           `json:"bytes"`
				Manifest *share.Manifest `json:"manifest"`
			}{"incident-verified", 1, r.Fingerprint(), known.Name(r.Key), expired, r.Bytes, r.Manifest})
			if err != nil {
				return err
			}
			done, err := a.raw(raw, false)
			if err != nil {
				return err
			}
			if !done {
				a.say("%s is whole.", filepath.Base(f.path))
				a.manifest(r, known)
			}
			if expired {
				a.hint("It has expired: it is not to be used any more.")
			}
			if expired || known != nil && known.Name(r.Key) == "" {
				return verdict(exitFound)
			}
			return nil
		},
	}
	f.flags(c)
	f.signersFlag(c)
	return c
}
