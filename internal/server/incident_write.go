package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/share"
)

// write writes an incident file, encrypted if it is for somebody. A masked recording that is to run again is run before it leaves. What is
// written on an error is no file.
func (x *incidents) write(ctx context.Context, r share.Request, to share.Recipients, w io.Writer) (*share.Manifest, error) {
	if r.Runnable && !(r.Policy.Clears(r.Giver) && r.Policy.Clears(r.Reader)) {
		v, err := newVerifying(ctx, x.data)
		if err != nil {
			return nil, err
		}
		defer func() { _ = v.close() }() // the next start empties what is left
		r.Scratch, r.Verify = v.store, x.verify(v)
	}
	if !to.Any() {
		return share.Export(ctx, r, w)
	}
	sealed, err := share.Encrypt(w, to)
	if err != nil {
		return nil, err
	}
	m, err := share.Export(ctx, r, sealed)
	if err == nil {
		err = sealed.Close()
	}
	return m, err
}

// recipientsOf takes public keys of age. A refusal does not repeat what was given: it may be the private half.
func recipientsOf(keys []string) (to share.Recipients, err error) {
	for i, key := range keys {
		key = strings.TrimSpace(key)
		switch {
		case strings.HasPrefix(strings.ToUpper(key), "AGE-SECRET-KEY-"):
			return to, api.Refuse(http.StatusBadRequest, fmt.Sprintf("for: key %d is a private key of age; whoever has it can read what is encrypted for it, so make a new one", i+1),
				"give its public half, which begins with age1: age-keygen -y FILE prints it")
		case !strings.HasPrefix(key, "age1") || strings.ContainsAny(key, " \t\r\n"):
			err = errors.New("it does not begin with age1")
		default:
			err = to.Add(strings.NewReader(key))
		}
		if err != nil {
			return to, api.Refuse(http.StatusBadRequest, fmt.Sprintf("for: key %d is no public key of age", i+1), "it begins with age1, and age-keygen -y FILE prints it; one key each")
		}
	}
	return to, nil
}
