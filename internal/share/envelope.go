package share

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// ageIntro is what files of age begin with.
const ageIntro = "age-encryption.org/"

// introLen is how much of a file IsEncrypted needs.
const introLen = 8

// IsEncrypted tells from the first bytes of a file (8 are enough) whether it is one of age.
func IsEncrypted(head []byte) bool {
	return len(head) >= introLen && bytes.HasPrefix([]byte(ageIntro), head[:min(len(head), len(ageIntro))])
}

// Recipients are those who can read an encrypted file.
type Recipients struct{ list []age.Recipient }

// Any tells whether there is one.
func (r *Recipients) Any() bool { return len(r.list) > 0 }

// Add takes public keys of age, one a line, as age1…; lines that begin with # are passed over.
func (r *Recipients) Add(lines io.Reader) error {
	list, err := age.ParseRecipients(lines)
	if err != nil {
		return fmt.Errorf("reading recipients: %w", err)
	}
	r.list = append(r.list, list...)
	return nil
}

// AddPassphrase lets whoever knows the passphrase read the file. It is the only recipient then.
func (r *Recipients) AddPassphrase(words string) error {
	if r.Any() {
		return errors.New("a passphrase goes with no other recipient")
	}
	one, err := age.NewScryptRecipient(words)
	if err != nil {
		return fmt.Errorf("taking the passphrase: %w", err)
	}
	r.list = append(r.list, one)
	return nil
}

// Encrypt gives a writer whose bytes reach w encrypted; closing it ends the file and leaves w open.
func Encrypt(w io.Writer, to Recipients) (io.WriteCloser, error) {
	out, err := age.Encrypt(w, to.list...)
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	return out, nil
}

// Identities are what opens encrypted files.
type Identities struct{ list []age.Identity }

// Add takes private keys of age, one a line.
func (i *Identities) Add(lines io.Reader) error {
	list, err := age.ParseIdentities(lines)
	if err != nil {
		return errors.New("there is no key of age in it") // the library's error may quote the line
	}
	i.list = append(i.list, list...)
	return nil
}

// AddPassphrase takes a passphrase.
func (i *Identities) AddPassphrase(words string) error {
	one, err := age.NewScryptIdentity(words)
	if err != nil {
		return fmt.Errorf("taking the passphrase: %w", err)
	}
	i.list = append(i.list, one)
	return nil
}

// Decrypt gives the bytes of a file of age. A file that was changed fails where it was, when it is read. ErrEncrypted: no identity
// opens it.
func Decrypt(in io.Reader, with Identities) (io.Reader, error) {
	if len(with.list) == 0 {
		return nil, fmt.Errorf("%w: name the file of its key", ErrEncrypted)
	}
	out, err := age.Decrypt(in, with.list...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, fmt.Errorf("%w for somebody else: none of the keys opens it", ErrEncrypted)
	case err != nil:
		return nil, changed("it cannot be decrypted")
	}
	return decrypted{out}, nil
}

// decrypted says of bytes that fail to decrypt that the file was changed.
type decrypted struct{ in io.Reader }

func (d decrypted) Read(b []byte) (int, error) {
	n, err := d.in.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: it cannot be decrypted to its end", ErrChanged)
	}
	return n, err
}
