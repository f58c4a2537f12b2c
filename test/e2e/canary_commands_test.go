//go:build e2e

package e2e

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// verbs are all commands of the program, as its completion lists them: "events", "export parquet" …
func verbs(t *testing.T, binary string) (all []string) {
	t.Helper()
	var below func(path []string)
	below = func(path []string) {
		c := exec.CommandContext(t.Context(), binary, append(append([]string{"__complete"}, path...), "")...)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("completing %v: %v", path, err)
		}
		leaf := true
		for line := range strings.Lines(string(out)) {
			name, about, described := strings.Cut(strings.TrimSpace(line), "\t")
			if !described || about == "" || strings.HasPrefix(name, "-") || strings.HasPrefix(name, ":") {
				continue
			}
			leaf = false
			below(append(slices.Clone(path), name))
		}
		if leaf || len(path) == 1 && path[0] == "audit" || len(path) == 1 && path[0] == "groups" { // which do something themselves, too
			all = append(all, strings.Join(path, " "))
		}
	}
	below(nil)
	return all
}

// silent are commands that show nothing of records, each with the reason.
var silent = map[string]string{
	"access can": "files alone", "access check": "files alone", "access test": "files alone", "mask explain": "files alone", "attach": "configuration", "detach": "configuration",
	"completion": "of a shell", "dap": "asks the routes of steps, which are walked; TestDemo has it speak", "demo": "says a command", "help": "of verbs", "version": "of the program",
	"login": "keeps a token", "logout": "forgets a token", "up": "the server, whose log is looked into", "user add": "users", "user list": "users", "user passwd": "users", "user remove": "users",
	"groups reset": "changes", "grant ask": "changes", "grant approve": "changes", "grant refuse": "changes", "grant end": "changes", "notify ack": "changes", "notify add": "changes", "notify remove": "changes", "notify test": "changes", "catalog set": "changes", "catalog propose": "changes", "catalog approve": "changes", "catalog refuse": "changes", "link revoke": "changes", "pin": "changes", "unpin": "changes", "policy set": "changes", "produce": "writes what it is given", "token create": "changes", "token revoke": "changes",
	"store repair": "the owner's, on a folder that no server has", "store verify": "the owner's, on a folder that no server has", "store stats": "the owner's, on a folder that no server has",
	"store compact": "changes", "audit verify": "counts of entries", "query": "asks exports, which are looked into; it is in builds with DuckDB alone", "replay": "runs what whatif runs, and prints what replays prints",
	"whatif": "runs a task again, and prints what replays prints of it", "diff": "as whatif", "registry export": "schemas", "registry import": "schemas", "schema check": "schemas", "schema delete": "schemas", "schema list": "schemas", "schema register": "schemas", "schema show": "schemas", "import": "takes a file in; what comes of it is a recording like others", "open": "a server, which testOpened walks", "policy check": "of a text that is given",
	"contract lint": "of a text that is given", "contract apply": "changes", "contract ack": "changes", "contract end": "changes",
}

// commands are the ways in which each of the others is called, without -o.
func (p plantedPlaces) commands(dir string) map[string][][]string {
	key, timer := plant("key", p.seed)+"4", plant("timer", p.seed)+"4"
	one := func(args ...string) [][]string { return [][]string{args} }
	at, last := p.positions[0], p.positions[len(p.positions)-1]
	return map[string][][]string{
		"acls": one(), "check": one("--drop", arrivals+"#email", "--cluster", "lab"), "agents": one("--hooks"), "audit": one("--limit", "0"), "audit export": one(), "brokers": one(), "catalog search": {{}, {"--kind", "operator"}}, "catalog show": {{arrivals}, {"job:" + plantedJob}}, "catalog who": one(arrivals), "catalog lineage": one(arrivals), "catalog history": one(arrivals), "catalog proposals": one(), "capsules": one(p.job), "channels": one(p.job), "doctor": {{}, {"--job", p.job}},
		"browse": {{arrivals, "--from", "earliest", "--all"}, {arrivals + "/0@4", "--hex"}, {departures, "--from", "earliest", "--all", "--decoder", "bytes"}, {arrivals, "--from", "earliest", "--key", key}},
		"tail":   nil, // testStreams
		"at":     {{p.job, at}, {p.job, at, "--hex"}, {p.job, last}, {p.derived[0], at, "--hex"}}, "code": {{p.job}, {p.job, "calc-2"}}, "drops": one(p.job),
		"events": {{p.job, "--limit", "0"}, {p.derived[0], "--limit", "0"}, {p.job, "--limit", "0", "--lane", "log", "--newest"}, {p.job, "--key", key, "--explain"}},
		"gaps":   one(p.job), "grant list": one(), "grant rules": one(), "link list": one(), "notify inbox": one(), "notify subscriptions": {{}, {"--all"}}, "notify deliveries": {{}, {"--all"}}, "groups": {{}, {plantedJob}}, "inflight": one(p.job, "--checkpoint", "2"), "job": one(p.job), "jobs": one("--all"), "quotas": one(), "recordings": one(), "reports": one(p.job), "pins": one(),
		"contract list": one(), "contract show": one("planted"), "contract history": one("planted"), "contract test": one(arrivals), "contract init": {{arrivals}, {departures}}, "contract violations": one(),
		"key":   {{key, "--rec", p.job}, {timer, "--rec", p.job}, {"--of", arrivals + "/0@4", "--rec", p.job}},
		"level": one(p.job), "lineage": {{arrivals + "/0@4"}, {p.job, at}}, "policy effective": one(p.job), "policy show": one(), "policy versions": one(),
		"replays": {{}, {p.replays[0]}}, "sql": one(p.job), "state": {{p.job, "--key", key}, {p.job, "--of", at, "--explain"}},
		"step":     {{p.job, at, "--commands", "l; n; n; l; e locals; u output; l", "--end=false"}},
		"timeline": {{p.job}, {p.job, "--latency"}}, "token list": one(), "topic": one(arrivals), "topics": one(), "watermarks": one(p.job, "--op", "keep"),
		"verify":          one(filepath.Join(dir, "engineer.sgi")),
		"export parquet":  one(p.job, "--dir", filepath.Join(dir, "parquet")),
		"export incident": {{p.job, "--preview"}, {p.job, "--as", "engineer", "--preview"}},
		"export journey":  one(arrivals+"/0@4", "--otlp"),
		"export test":     one(p.job, at, "--out", filepath.Join(dir, "test"), "--replay=false"),
	}
}

// testCommands calls every command as a table and as JSON lines.
func testCommands(t *testing.T, r *rig, w *walker, all []string, p plantedPlaces, dir string) {
	t.Helper()
	calls := p.commands(dir)
	for _, verb := range all {
		ways, known := calls[verb]
		if !known {
			if silent[verb] == "" {
				t.Errorf("nobody has said how the command %q is looked into", verb)
			}
			continue
		}
		for _, way := range ways {
			for _, form := range []string{"wide", "jsonl"} {
				if form == "jsonl" && strings.HasPrefix(verb, "export ") {
					continue // the files are there
				}
				args := append(append(strings.Fields(verb), way...), "-o", form)
				if code, out := w.run(t, r.binary, "command "+verb, args...); code == 64 || code == 70 {
					t.Errorf("%v as %s: exit %d: %.500s", args, w.role, code, out)
				}
			}
		}
	}
	for verb := range calls {
		if !slices.Contains(all, verb) {
			t.Errorf("there is no command %q any more", verb)
		}
	}
}
