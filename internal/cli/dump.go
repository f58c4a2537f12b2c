package cli

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/sightglass/sightglass/gen"
)

// dump prints the bytes of a view, 16 a line, with the characters beside them.
func (a *app) dump(v *gen.View) {
	raw, err := base64.StdEncoding.DecodeString(v.Bytes)
	if err != nil {
		a.say("  %s", a.paint(amber, "the bytes cannot be read"))
		return
	}
	for at := 0; at < len(raw); at += 16 {
		line := raw[at:min(at+16, len(raw))]
		var hex, text strings.Builder
		for i, c := range line {
			if i == 8 {
				hex.WriteByte(' ')
			}
			fmt.Fprintf(&hex, "%02x ", c)
			if c < ' ' || c > '~' {
				c = '.'
			}
			text.WriteByte(c)
		}
		a.say("  %s  %s %s", a.paint(dim, fmt.Sprintf("%06x", at)), pad(hex.String(), 49, false, false), text.String())
	}
	if v.BytesCut {
		a.say("  %s", a.paint(dim, "… cut"))
	}
}
