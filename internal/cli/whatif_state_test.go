package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/sightglass/sightglass/gen"
)

func TestPlacesOfStatesAreRead(t *testing.T) {
	for _, x := range []struct {
		flag, text, want string // or with ! in front part of an error
	}{
		{"state", "seen=5", "state of seen = 5"},
		{"state", "@34:seen=5", "state at 34 of seen = 5"},
		{"state", "@begin:seen[key=a]=5", "state at the beginning of seen[key=a] = 5"},
		{"state", "dedup/seen[key=a,b].f0.1=x=y", "state of dedup/seen[key=a,b] at f0.1 = x=y"},
		{"state", "m[mapkey=k][namespace=0,60000][key=1]=", "state of m[key=1][namespace=0,60000][mapkey=k] = "},
		{"state", `a\.b\/c\[\=[key=x\]y]=1`, "state of a.b/c[=[key=x]y] = 1"},
		{"state-bytes", "seen=00 ff", "state-bytes of seen = 00 ff"},
		{"add-state", "items=x", "add-state of items = x"},
		{"clear-state", "op/items.2", "clear-state of op/items at 2 = "},
		{"clear-state", "@7:seen", "clear-state at 7 of seen = "},
		{"state", "seen", "!a value is wanted"},
		{"state", "=5", "!name of a state"},
		{"state", "op/=5", "!name of a state"},
		{"state", "seen[key=a=5", "!not closed"},
		{"state", "seen[key=]=5", "!something is wanted"},
		{"state", "seen[kye=a]=5", "!key=, namespace= or mapkey="},
		{"state", "seen.=5", "!field is wanted"},
		{"state", "@x:seen=5", "!invocation"},
		{"state-bytes", "seen=", "!hexadecimal"},
		{"clear-state", "seen=5", "!nothing is wanted"},
	} {
		var all []gen.ReplayChange
		f := pflag.NewFlagSet("", pflag.ContinueOnError)
		changeFlags(f, &all)
		err := f.Parse([]string{"--" + x.flag, x.text})
		if why, cannot := strings.CutPrefix(x.want, "!"); cannot {
			if err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: %v, want one of %s", x.text, err, why)
			}
			continue
		}
		if err != nil || len(all) != 1 {
			t.Errorf("%s: %v", x.text, err)
			continue
		}
		c := &all[0]
		got := string(c.Kind)
		switch {
		case c.Begin:
			got += " at the beginning"
		case c.At != "":
			got += " at " + c.At
		}
		got += " of " + statePlaceWords(c)
		if c.Path != "" {
			got += " at " + c.Path
		}
		if got += fmt.Sprint(" = ", c.Value); got != x.want {
			t.Errorf("%s is %q, want %q", x.text, got, x.want)
		}
	}
}
