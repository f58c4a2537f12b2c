package access

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/sightglass/sightglass/internal/event"
)

// Clears tells whether who sees every value without a mask.
func (p *Policy) Clears(who Principal) bool { return p.clears(who) }

// Both is the plan for what one person gives to another: clear is what both see. What the giver does not see has the giver's mask,
// unless the reader's shows less.
func Both(giver, reader Plan) Plan {
	if _, ok := giver.(clearPlan); ok {
		return reader
	}
	if _, ok := reader.(clearPlan); ok {
		return giver
	}
	return bothPlan{giver, reader}
}

type bothPlan struct{ giver, reader Plan }

func (p bothPlan) Leaf(path Path, v event.Value) Treatment {
	theirs := p.reader.Leaf(path, v)
	if theirs.Mask == "" || theirs.Mask == Redact || theirs.Mask == Drop {
		return theirs
	}
	if own := p.giver.Leaf(path, v); own.Mask != Clear {
		return own
	}
	return theirs
}

func (p bothPlan) Named(path Path) bool { return p.giver.Named(path) && p.reader.Named(path) }

// Shown is what stands in place of a value, as views show it. Of a leaf that is clear it is the value itself.
func (t Treatment) Shown(v event.Value) string {
	if t.Mask == Clear {
		return v.Text()
	}
	return t.shown(v)
}

// ViewUnder is Policy.View under a plan that was made before.
func ViewUnder(plan Plan, payload event.Payload, tree event.Tree, shape Shape) View {
	return render(plan, payload, tree, shape)
}

// SourceUnder is Policy.Source under a plan that was made before.
func SourceUnder(plan Plan, text event.Payload, language Language) Source {
	return sourceUnder(plan, text, language)
}

// All is the plan that shows everything.
func All() Plan { return clearPlan{} }

// ShowsAll tells whether a plan hides nothing, whatever it is asked about.
func ShowsAll(p Plan) bool {
	_, ok := p.(clearPlan)
	return ok
}

// MaskingHash is SHA-256, in hexadecimal, over the masking rules that hold for who: the same rules give the same hash.
func (p *Policy) MaskingHash(who Principal) (string, error) {
	of := struct {
		Version string
		Lifted  []string
		All     bool
		Masking Masking // without its keys
	}{Version: p.Version(), Lifted: p.Lifted(who), All: p.clears(who)}
	if p != nil && p.masking != nil {
		of.Masking = p.masking.source
		of.Masking.Keys = Keys{}
	}
	b, err := json.Marshal(of)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// WithKeys is p with tokens that other keys make: those of an export that are its alone.
func (p *Policy) WithKeys(k Keys) (*Policy, error) {
	if p == nil || p.masking == nil {
		return p, nil
	}
	m := p.masking.source
	m.Keys = k
	return p.WithMasking(m)
}

// MakesTokens tells whether a class of the policy is masked by tokens.
func (p *Policy) MakesTokens() bool {
	if p == nil || p.masking == nil {
		return false
	}
	for _, c := range p.masking.classes {
		if c.Action.makesTokens() {
			return true
		}
	}
	return false
}
