package replay

import "testing"

// Where an exception comes from is told by the frames of the job's own code; messages are no part of it.
func TestWhereAnExceptionWasThrown(t *testing.T) {
	for _, c := range []struct{ name, trace, want string }{
		{"the job's own line", "java.lang.RuntimeException: secret 4711\n\tat java.base/java.util.Objects.requireNonNull(Objects.java:233)\n\tat shop.Totals.add(Totals.java:12)\n\tat shop.Main.run(Main.java:3)\n", "Totals.add (Totals.java:12)"},
		{"the innermost cause", "java.lang.RuntimeException: x\n\tat shop.Outer.go(Outer.java:1)\nCaused by: java.lang.ArithmeticException: secret\n\tat shop.Inner$Part.divide(Inner.java:7)\n\t... 3 more\n", "Inner$Part.divide (Inner.java:7)"},
		{"none of the job's", "java.io.IOException: x\n\tat org.apache.flink.Some.thing(Some.java:9)\n", "Some.thing (Some.java:9)"},
		{"loaders before the class", "x\n\tat app//shop.Totals.add(Totals.java:12)\n", "Totals.add (Totals.java:12)"},
		{"no trace", "secret: at 4711 (it is no frame)", ""},
	} {
		if got := thrownIn(c.trace); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWhyAReplayFailedHasNoMessageOfIt(t *testing.T) {
	other := Wish{Variant: Variant{Flink: "1"}}
	const trace = "java.lang.ClassNotFoundException: secret\njava.lang.ClassNotFoundException: secret\n\tat shop.Main.run(Main.java:3)"
	for want, r := range map[string]Replay{
		"":                    {State: Running},
		"its jars are gone":   {State: Done, Judged: &Judgement{Verdict: NotReplayable, Text: "its jars are gone"}},
		errTooLong.Error():    {State: Failed, Error: errTooLong.Error()},
		"it could not be run": {State: Failed, Error: "secret"},
		"the other program could not be run: ClassNotFoundException in Main.run (Main.java:3)":    {State: Failed, Wish: other, Error: couldNotRun + trace},
		"the recorded program could not be run: ClassNotFoundException in Main.run (Main.java:3)": {State: Failed, Wish: other, Error: "running it unchanged: " + couldNotRun + trace},
	} {
		if got := r.Why(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
