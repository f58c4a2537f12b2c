package lab

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Prerequisite is a program that must be on the machine, and how it was found.
type Prerequisite struct {
	Name   string
	Need   string // what it is for
	Found  string // first line of what it says of itself; empty when it is missing
	Get    string // the command that installs it
	Reason string // why what was found is not good enough
}

// OK says whether the program is there and new enough.
func (p Prerequisite) OK() bool { return p.Found != "" && p.Reason == "" }

type requirement struct {
	name, need string
	commands   [][]string // the first that answers counts
	least      int        // least major version; 0 when any will do
	debian     string
	darwin     string
}

var requirements = []requirement{
	{"go", "builds the server and the command line", [][]string{{"go", "version"}}, 0, "golang-go, or a release from go.dev", "go"},
	{"java", "runs Flink and Kafka, compiles the agent", [][]string{{"javac", "-version"}}, 11, "openjdk-17-jdk-headless", "openjdk@17"},
	{"maven", "fetches jars, builds the agent and the example jobs", [][]string{{"mvn", "--version"}}, 3, "maven", "maven"},
	{"python3", "runs pip", [][]string{{"python3", "--version"}}, 3, "python3", "python3"},
	{"pip", "fetches Flink", [][]string{{"python3", "-m", "pip", "--version"}}, 20, "python3-pip", "python3"},
	{"node", "builds the web interface", [][]string{{"node", "--version"}}, 20, "nodejs", "node@20"},
	{"npm", "fetches the web interface's libraries", [][]string{{"npm", "--version"}}, 9, "npm", "node@20"},
	{"chromium", "runs the browser tests", [][]string{{"chromium", "--version"}, {"chromium-browser", "--version"}, {"google-chrome", "--version"}}, 0, "chromium", "--cask chromium"},
}

// Check looks for all programs that building, testing and the demo need.
func Check(ctx context.Context) []Prerequisite {
	found := make([]Prerequisite, 0, len(requirements))
	for _, r := range requirements {
		p := Prerequisite{Name: r.name, Need: r.need, Get: "apt-get install " + r.debian}
		if runtime.GOOS == "darwin" {
			p.Get = "brew install " + r.darwin
		}
		for _, command := range r.commands {
			if p.Found = ask(ctx, command); p.Found != "" {
				break
			}
		}
		if major := majorVersion(p.Found); p.Found != "" && major < r.least {
			p.Reason = fmt.Sprintf("version %d or newer is needed", r.least)
		}
		found = append(found, p)
	}
	return found
}

func ask(ctx context.Context, command []string) string {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var out, complaints strings.Builder
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Stdout, c.Stderr = &out, &complaints
	if err := c.Run(); err != nil {
		return ""
	}
	said := strings.TrimSpace(out.String())
	if said == "" {
		said = strings.TrimSpace(complaints.String()) // old compilers say it there
	}
	line, _, _ := strings.Cut(said, "\n")
	return stripColour.ReplaceAllString(line, "")
}

var (
	stripColour = regexp.MustCompile("\x1b\\[[0-9;]*m")
	firstNumber = regexp.MustCompile(`\d+`)
)

func majorVersion(text string) int {
	n, err := strconv.Atoi(firstNumber.FindString(text))
	if err != nil {
		return 0
	}
	return n
}
