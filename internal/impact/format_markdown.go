package impact

import (
	"fmt"
	"strings"
)

// mostComment bounds a comment, which hosts cut or refuse beyond 64 KiB.
const mostComment = 60 << 10

var marks = map[Verdict]string{Broken: "❌ broken", Maybe: "⚠️ maybe", Unknown: "❔ unknown", Safe: "✅ safe"}

// markdown is a comment of a pull request. Names of systems, fields and people are data: nothing of them is taken for markup.
func markdown(r *Run, base string, b Budget) string {
	var w strings.Builder
	rep := r.Report
	c := rep.Counts()
	fmt.Fprintf(&w, "### Sightglass: %s – %s\n\n", cell(r.Proposal.Title()), outcomeWords(c, b))
	fmt.Fprintf(&w, "**%s** on `%s`", summary(c), code(rep.Stream.String()))
	if p := page(r, base); p != "" {
		fmt.Fprintf(&w, " · [report](%s)", p)
	}
	w.WriteString("\n\n")
	if v := rep.Registry; v != nil {
		fmt.Fprintf(&w, "Registry: `%s` at %s is **%s** (profile %s, version %d)\n\n", code(v.Subject), cell(v.Level), compatibleWord(v.Compatible), cell(rep.Profile), v.Version)
		for _, m := range v.Messages {
			fmt.Fprintf(&w, "- %s\n", cell(m))
		}
		if len(v.Messages) > 0 {
			w.WriteString("\n")
		}
	}
	if len(rep.Changes) > 0 {
		w.WriteString("| Change | From | To | Advice |\n|---|---|---|---|\n")
		for _, ch := range rep.Changes {
			fmt.Fprintf(&w, "| %s | %s | %s | %s |\n", cell(ch.Text), cell(ch.From), cell(ch.To), cell(ch.Advice))
		}
		w.WriteString("\n")
	}
	if shown := worst(rep, Broken, Maybe, Unknown); len(shown) > 0 {
		w.WriteString("| Verdict | System | Owners | Why | Last records |\n|---|---|---|---|---|\n")
		for _, s := range shown {
			name := cell(s.Name)
			if base != "" && s.Link != "" {
				name = "[" + name + "](" + base + s.Link + ")"
			}
			fmt.Fprintf(&w, "| %s | %s (%s) | %s | %s | %s |\n", marks[s.Verdict], name, cell(s.Kind), cell(strings.Join(s.Owners, ", ")), cell(s.Why), recordsCell(rep, s, base))
		}
		w.WriteString("\n")
	}
	if safe := worst(rep, Safe); len(safe) > 0 {
		fmt.Fprintf(&w, "<details><summary>%d safe</summary>\n\n", len(safe))
		for _, s := range safe {
			fmt.Fprintf(&w, "- %s: %s\n", cell(s.Name), cell(s.Why))
		}
		w.WriteString("\n</details>\n\n")
	}
	if len(rep.Systems) > 0 {
		w.WriteString("<details><summary>Evidence</summary>\n\n")
		for i := range rep.Systems {
			s := &rep.Systems[i]
			fmt.Fprintf(&w, "- **%s**\n", cell(s.Name))
			for _, e := range s.Evidence {
				fmt.Fprintf(&w, "  - %s, %s: %s\n", cell(e.Kind), cell(sourceWords(&e)), cell(e.Detail))
			}
			if len(s.Path) > 0 {
				fmt.Fprintf(&w, "  - reached by %s\n", cell(strings.Join(s.Path, " → ")))
			}
		}
		w.WriteString("\n</details>\n\n")
	}
	if len(rep.Plan) > 0 {
		w.WriteString("**To do before**\n\n")
		for i, s := range rep.Plan {
			fmt.Fprintf(&w, "%d. %s %s\n", i+1, cell(s.Who), cell(s.Text))
		}
		w.WriteString("\n")
	}
	for _, n := range rep.Notes {
		fmt.Fprintf(&w, "> %s\n", cell(n))
	}
	if r.Outcome != nil {
		fmt.Fprintf(&w, "\n**%s**\n\n", cell(r.Outcome.title()))
		for i := range r.Outcome.Systems {
			fmt.Fprintf(&w, "- %s\n", cell(r.Outcome.Systems[i].words()))
		}
	}
	out := w.String()
	if len(out) > mostComment {
		out = strings.ToValidUTF8(out[:mostComment], "")
		out = out[:strings.LastIndexByte(out, '\n')+1] + "\n… shortened; the report has all of it.\n"
	}
	return out
}

func recordsCell(rep *Report, s *System, base string) string {
	if s.Records == nil {
		return "–"
	}
	r := s.Records
	text := fmt.Sprintf("%d of %d read, %d failed, %d not simulated", r.Converted, r.Of, r.Failed, r.NotSimulated)
	for i := range r.First {
		if i == 3 {
			text += ", …"
			break
		}
		p := &r.First[i]
		place := fmt.Sprintf("%d@%d", p.Partition, p.Offset)
		if link := recordPage(rep.Stream, p, base); link != "" {
			place = "[" + place + "](" + link + ")"
		}
		text += "<br>" + place
		if p.Path != "" {
			text += " `" + code(p.Path) + "`"
		}
		text += " " + cell(p.Reason)
	}
	return text
}

// cell is text within a table: nothing in it is markup.
func cell(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(s), " ") {
		switch r {
		case '\\', '`', '*', '_', '[', ']', '<', '>', '|', '#', '~', '@', '!', '&':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code is text between backticks within a table.
func code(s string) string {
	return strings.NewReplacer("`", "'", "|", "¦", "\n", " ").Replace(s)
}
