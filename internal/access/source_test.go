package access

import (
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func TestSourceHidesLiterals(t *testing.T) {
	nobody, err := NewPolicy("test", Role{Name: "reader", Statements: []Statement{{Effect: Allow, Actions: []Action{"*"}, Resources: []string{"**"}}}})
	if err != nil {
		t.Fatal(err)
	}
	reader := Principal{ID: "r", Roles: []string{"reader"}}
	for _, c := range []struct {
		name     string
		language Language
		text     string
		want     string
	}{
		{"statement", SQL, "SELECT a1, 'x''y' AS `b'c`, 2.50 -- secret 1\nFROM t WHERE n > 10", "SELECT a1, '***' AS `b'c`, 0 -- ***\nFROM t WHERE n > 0"},
		{"block comment keeps lines", SQL, "a /* 1\n2 */ b", "a /* *** */\n b"},
		{"hints are read", SQL, "t /*+ OPTIONS('k'='v') */", "t /*+ OPTIONS('***'='***') */"},
		{"open literal", SQL, "a = 'never ends", "a = '***'"},
		{"java", Java, "int isNull$3 = f(\"a\\\"b\", 'c', 1L, 1.5e3); // note\nreturn in1;", "int isNull$3 = f(\"***\", '***', 0, 0); // ***\nreturn in1;"},
		{"text block", Java, "s = \"\"\"\n a \"b\" \\\"\"\" c\n\"\"\" + d", "s = \"***\"\n\n + d"},
		{"kotlin", Kotlin, "val a = \"x ${f(\"y}\", '}')} z\" /* 1 /* 2 */ 3 */ + `in` + 'c'", "val a = \"***\" /* *** */ + `in` + '***'"},
		{"kotlin's raw text", Kotlin, "val a = \"\"\"x\\\n${ \"\"\"y\"\"\" } \"z\"\"\"\"\n + 1", "val a = \"***\"\n\n + 0"},
		{"scala", Scala, "s\"a ${b(\"c\")} d\" + 'name + 'n' + \"${ {\" + e // f", "s\"***\" + 'name + '***' + \"***\" + e // ***"},
		{"open template", Kotlin, "\"${ a", "\"***\""},
		{"description", Description, "[12]:Calc(select=[id, start('w$) AS s], where=[(k = 'x') AND (v > 3)])", "[12]:Calc(select=[id, start('w$) AS s], where=[(k = '***') AND (v > 0)])"},
		{"window", Description, "window=[TumblingGroupWindow('w$, ts, 60000)], select=[end('w$) AS e]", "window=[TumblingGroupWindow('w$, ts, 0)], select=[end('w$) AS e]"},
		{"literals that begin as a window's name", Description, "(a = 'w$secret') AND (b = 'w$) secret')", "(a = '***') AND (b = '***')"},
		{"description of another kind", Description, "[a]: 12", "[a]: 0"},
		{"names of other scripts", SQL, "SELECT größe, 名 FROM t1", "SELECT größe, 名 FROM t1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			payload := event.NewPayload([]byte(c.text))
			got := nobody.Source(reader, Subject{Part: PartSQL}, payload, c.language)
			if got.Text != c.want {
				t.Errorf("masked:\n%s\nwant:\n%s", got.Text, c.want)
			}
			if strings.Count(got.Text, "\n") != strings.Count(c.text, "\n") {
				t.Error("another number of lines")
			}
			clear := Local().Source(LocalPrincipal("me"), Subject{Part: PartSQL}, payload, c.language)
			if clear.Text != c.text || len(clear.Masked) != 0 {
				t.Errorf("clear: %q, masked %v", clear.Text, clear.Masked)
			}
		})
	}
}

func FuzzSourceKeepsNothingOfLiterals(f *testing.F) {
	f.Add("SELECT 'a' FROM t -- b")
	f.Add("'\\'\"``/*")
	policy, err := NewPolicy("test", Role{Name: "reader"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, language := range []Language{SQL, Java, Kotlin, Scala, Description} {
			got := policy.Source(Principal{ID: "r", Roles: []string{"reader"}}, Subject{}, event.NewPayload([]byte("x = '"+strings.ReplaceAll(text, "'", "")+"CANARY'")), language)
			if (language == SQL || language == Description) && strings.Contains(got.Text, "CANARY") {
				t.Fatalf("%s: %q", language, got.Text)
			}
			if language == SQL || language == Description {
				continue
			}
			// What is in a literal of a program stays there, whatever stands before it; a quote, a backslash or a template ends or opens it.
			inner := strings.NewReplacer(`"`, "", `\`, "", "$", "").Replace(text)
			for _, program := range []string{`val x = "` + inner + `CANARY"`, `f("a", "` + inner + `CANARY" + "b")`, `g(s"${h("` + inner + `") /* " */}CANARY")`} {
				got := policy.Source(Principal{ID: "r", Roles: []string{"reader"}}, Subject{}, event.NewPayload([]byte(program)), language)
				if strings.Contains(got.Text, "CANARY") && (language != Java || !strings.Contains(program, "${")) {
					t.Fatalf("%s: %q", language, got.Text)
				}
			}
		}
	})
}
