package access

import (
	"encoding/base64"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Raw is payload as Flink's serializers or Java wrote it, without a mask: for what must run again as it ran. Like a View it is made
// here alone.
type Raw struct{ b []byte }

// Raw opens a payload for who. Only who may export it, and sees every payload without a mask, is given bytes: a mask on serialized
// values would make others of them, and nobody could tell. Errors: ErrDenied.
func (p *Policy) Raw(who Principal, of Resource, payload event.Payload) (Raw, error) {
	if err := p.MayTakeRaw(who, of); err != nil {
		return Raw{}, err
	}
	return Raw{payload.Open(sealed.Take())}, nil
}

// MayTakeRaw says whether Raw would give anything to who. Errors: ErrDenied.
func (p *Policy) MayTakeRaw(who Principal, of Resource) error {
	if err := p.Decide(who, RecordingExport, of).Err(); err != nil {
		return err
	}
	if !p.clearsOn(who, of) {
		return fmt.Errorf("%w: values are masked for %s, and bytes of Flink's serializers cannot be", ErrDenied, who.ID)
	}
	return nil
}

// Bytes are the payload's own; they must not be changed.
func (r Raw) Bytes() []byte { return r.b }

// Base64 is the payload as text.
func (r Raw) Base64() string { return base64.StdEncoding.EncodeToString(r.b) }

// Len is how many bytes there are.
func (r Raw) Len() int { return len(r.b) }
