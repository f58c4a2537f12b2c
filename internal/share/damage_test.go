package share

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/foxglove/mcap/go/mcap"

	"github.com/sightglass/sightglass/internal/store/memory"
)

// known tells whether an error says what is wrong with a file.
func known(err error) bool {
	for _, e := range []error{ErrNoFile, ErrTorn, ErrChanged, ErrTooLarge, ErrVersion, ErrEncrypted} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func TestEveryTruncationIsTold(t *testing.T) {
	s := open(t)
	_, file := s.export(t, s.request(t))
	for n := 0; n < len(file); n += 1 + n/20 {
		if _, err := Verify(t.Context(), bytes.NewReader(file[:n])); !known(err) {
			t.Fatalf("of %d bytes the first %d: %v", len(file), n, err)
		}
	}
	if _, err := Verify(t.Context(), bytes.NewReader(append(bytes.Clone(file), 0))); !errors.Is(err, ErrChanged) {
		t.Errorf("one byte more: %v", err)
	}
}

func TestFlippedBitsAreTold(t *testing.T) {
	s := open(t)
	m, file := s.export(t, s.request(t))
	rnd := rand.New(rand.NewPCG(1, 2))
	end := dataEnd(t, file) // what follows is made from what is before, for tools that seek
	missed := 0
	for range 120 {
		bad := bytes.Clone(file)
		bad[rnd.IntN(end)] ^= 1 << rnd.IntN(8)
		r, err := Verify(t.Context(), bytes.NewReader(bad))
		switch {
		case err == nil && sameManifest(r.Manifest, m):
			missed++ // names of schemas, the times of messages, an index: nothing that is read
		case !known(err):
			t.Fatalf("%v", err)
		}
		to := memory.New()
		if err == nil {
			continue
		}
		if err := Unpack(t.Context(), bytes.NewReader(bad), m, to); err == nil {
			continue // the signature alone, or what nothing reads
		}
		if list, _ := to.Recordings(t.Context()); len(list) > 0 {
			t.Fatal("a file that was refused left a recording behind")
		}
	}
	if missed > 40 {
		t.Errorf("%d of 120 flips were not told", missed)
	}
}

func sameManifest(a, b *Manifest) bool {
	return len(a.Blocks) == len(b.Blocks) && a.Recording == b.Recording && a.Made.Equal(b.Made) && a.Verdict == b.Verdict
}

// records cuts a file into its records, with what is before the first.
func records(t testing.TB, file []byte) (list [][]byte) {
	t.Helper()
	at := len(mcap.Magic)
	for at+recordHead <= len(file)-len(mcap.Magic) {
		n := recordHead + int(binary.LittleEndian.Uint64(file[at+1:]))
		list = append(list, file[at:at+n])
		at += n
	}
	return list
}

func dataEnd(t testing.TB, file []byte) int {
	at := len(mcap.Magic)
	for _, r := range records(t, file) {
		if mcap.OpCode(r[0]) == mcap.OpDataEnd {
			return at
		}
		at += len(r)
	}
	t.Fatal("no end of the data")
	return 0
}

func joined(list [][]byte) []byte {
	return bytes.Join([][]byte{mcap.Magic, bytes.Join(list, nil), mcap.Magic}, nil)
}

func TestRecordsInAnotherOrderAreTold(t *testing.T) {
	s := open(t)
	_, file := s.export(t, s.request(t))
	var chunks []int
	list := records(t, file)
	for i, r := range list {
		if mcap.OpCode(r[0]) == mcap.OpChunk {
			chunks = append(chunks, i)
		}
	}
	a, b := chunks[3], chunks[7]
	for name, change := range map[string]func(l [][]byte) [][]byte{
		"two chunks change places": func(l [][]byte) [][]byte { l[a], l[b] = l[b], l[a]; return l },
		"a chunk is left out":      func(l [][]byte) [][]byte { return append(l[:a], l[a+1:]...) },
		"a chunk comes twice":      func(l [][]byte) [][]byte { return append(l[:a:a], append([][]byte{l[a]}, l[a:]...)...) },
		"the last chunk is left out": func(l [][]byte) [][]byte {
			last := chunks[len(chunks)-1]
			return append(l[:last], l[last+1:]...)
		},
	} {
		if _, err := Verify(t.Context(), bytes.NewReader(joined(change(append([][]byte(nil), list...))))); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClaimsAreNotBelieved(t *testing.T) {
	s := open(t)
	_, file := s.export(t, s.request(t))
	list := records(t, file)
	chunk := -1
	for i, r := range list {
		if mcap.OpCode(r[0]) == mcap.OpChunk {
			chunk = i
			break
		}
	}
	with := func(i int, change func([]byte)) []byte {
		l := append([][]byte(nil), list...)
		l[i] = bytes.Clone(l[i])
		change(l[i])
		return joined(l)
	}
	for name, bad := range map[string][]byte{
		"a record of 2^60 bytes":        with(chunk, func(b []byte) { binary.LittleEndian.PutUint64(b[1:], 1<<60) }),
		"a chunk that unpacks to 2^40":  with(chunk, func(b []byte) { binary.LittleEndian.PutUint64(b[recordHead+16:], 1<<40) }),
		"a chunk that unpacks to 9 MiB": with(chunk, func(b []byte) { binary.LittleEndian.PutUint64(b[recordHead+16:], 9<<20) }),
		"a codec's name of 4 GiB":       with(chunk, func(b []byte) { binary.LittleEndian.PutUint32(b[recordHead+28:], 1<<32-1) }),
		"records of a chunk of 2^63":    with(chunk, func(b []byte) { binary.LittleEndian.PutUint64(b[recordHead+36:], 1<<63) }),
	} {
		if _, err := Verify(t.Context(), bytes.NewReader(bad)); !known(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	huge := append(bytes.Clone(mcap.Magic), byte(mcap.OpHeader), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	if _, err := Verify(t.Context(), bytes.NewReader(huge)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if _, err := Verify(t.Context(), strings.NewReader("PK\x03\x04 and so on")); !errors.Is(err, ErrNoFile) {
		t.Error(err)
	}
}

func TestOfAnotherSignerTheFingerprintDiffers(t *testing.T) {
	s := open(t)
	q := s.request(t)
	_, file := s.export(t, q)
	q.Key = append([]byte(nil), q.Key...)
	q.Key[0] ^= 1 // a seed of another key, with the public half of this one
	if _, err := Verify(t.Context(), bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	_, forged := s.export(t, q)
	if _, err := Verify(t.Context(), bytes.NewReader(forged)); !errors.Is(err, ErrChanged) {
		t.Errorf("a signature of a key that is not the one in the file: %v", err)
	}
}

func TestEncryptedFilesAreForTheirRecipients(t *testing.T) {
	s := open(t)
	_, file := s.export(t, s.request(t))
	mine, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var to Recipients
	if err := to.Add(strings.NewReader("# a comment\n" + mine.Recipient().String() + "\n")); err != nil || !to.Any() {
		t.Fatal(err)
	}
	var sealed bytes.Buffer
	w, err := Encrypt(&sealed, to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !IsEncrypted(sealed.Bytes()) || IsEncrypted(file) {
		t.Error("what is encrypted is not told from what is not")
	}
	if _, err := Verify(t.Context(), bytes.NewReader(sealed.Bytes())); !errors.Is(err, ErrEncrypted) {
		t.Errorf("without a key: %v", err)
	}
	opened := func(id *age.X25519Identity, b []byte) error {
		var with Identities
		if err := with.Add(strings.NewReader(id.String())); err != nil {
			t.Fatal(err)
		}
		in, err := Decrypt(bytes.NewReader(b), with)
		if err != nil {
			return err
		}
		_, err = Verify(t.Context(), in)
		return err
	}
	if err := opened(mine, sealed.Bytes()); err != nil {
		t.Error(err)
	}
	if err := opened(other, sealed.Bytes()); !errors.Is(err, ErrEncrypted) {
		t.Errorf("another key: %v", err)
	}
	for _, n := range []int{10, 200, 100_000, sealed.Len() - 1} {
		if err := opened(mine, sealed.Bytes()[:n]); !known(err) {
			t.Errorf("the first %d bytes: %v", n, err)
		}
	}
	bad := bytes.Clone(sealed.Bytes())
	bad[len(bad)/2] ^= 1
	if err := opened(mine, bad); !errors.Is(err, ErrChanged) {
		t.Errorf("flipped: %v", err)
	}
}

func TestAPassphraseGoesAlone(t *testing.T) {
	var to Recipients
	if err := to.AddPassphrase("correct horse battery staple"); err != nil {
		t.Fatal(err)
	}
	if err := to.AddPassphrase("another"); err == nil {
		t.Error("two passphrases")
	}
	var with Identities
	if err := with.Add(strings.NewReader("no key of age")); err == nil || strings.Contains(err.Error(), "no key of age at") {
		t.Error(err)
	}
	var b bytes.Buffer
	w, err := Encrypt(&b, to)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte("hello"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := with.AddPassphrase("correct horse battery staple"); err != nil {
		t.Fatal(err)
	}
	in, err := Decrypt(&b, with)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(in); err != nil || string(text) != "hello" {
		t.Error(string(text), err)
	}
}

// FuzzVerify: whatever bytes come, it says what is wrong with them, and a store stays as it was.
func FuzzVerify(f *testing.F) {
	file := small(f)
	list := records(f, file)
	f.Add(file)
	f.Add(file[:len(file)/2])
	f.Add(joined(list[:4]))
	f.Add(joined(append(list[:2:2], list[len(list)-12:]...)))
	none := &Manifest{Recording: Recording{ID: strings.Repeat("0", 31) + "7"}}
	f.Fuzz(func(t *testing.T, b []byte) {
		_, err := Verify(t.Context(), bytes.NewReader(b))
		if err != nil && !known(err) {
			t.Fatal(err)
		}
		to := memory.New()
		_ = Unpack(t.Context(), bytes.NewReader(b), none, to) // an error in any case: none names no block
		if all, _ := to.Recordings(t.Context()); len(all) > 0 {
			t.Fatal("a recording was kept")
		}
	})
}
