package impact

import (
	"fmt"
	"strings"
)

// title says of which time an outcome is.
func (o *Outcome) title() string {
	until := "so far"
	if o.Over {
		until = "over seven days"
	}
	return fmt.Sprintf("what came of it since %s, %s", o.Released.UTC().Format("2006-01-02 15:04Z"), until)
}

// words are a system's prediction beside what came, in one line.
func (c *Came) words() string {
	var came []string
	for _, t := range c.Troubles {
		came = append(came, strings.TrimSpace(fmt.Sprintf("%s %s", counted(t.Count, t.Kind), t.Path)))
	}
	seen := strings.Join(came, ", ")
	switch {
	case len(came) > 0:
	case c.Blind:
		seen = "nothing is seen of it: it is no recorded job"
	default:
		seen = "no trouble"
	}
	predicted := string(c.Predicted)
	switch {
	case c.Predicted == "" && c.System == "":
		return fmt.Sprintf("%s: %s", c.Name, seen)
	case c.Predicted == "":
		predicted = "nothing"
	}
	text := fmt.Sprintf("%s: predicted %s, %s", c.Name, predicted, seen)
	if !c.Held && !c.Blind {
		text += " – otherwise than predicted"
	}
	return text
}

func counted(n int64, kind string) string {
	if n != 1 {
		kind += "s"
	}
	return fmt.Sprintf("%d %s", n, kind)
}
