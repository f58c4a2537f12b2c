package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
	"github.com/sightglass/sightglass/internal/sources"
)

// stepHelp is what h prints.
const stepHelp = `n  next line            p   previous line
s  into a call          sb  back, into calls
o  out of the call      ob  back, out of the call
r  next invocation      rb  previous invocation
c  on to a breakpoint   rc  back to one
b FILE:LINE [EXPRESSION]    a breakpoint; b lists them, b- removes them
u GOAL [NAME]  ub GOAL [NAME]   on, or back, until: exception, drop, output, state [NAME], value NAME
w EXPRESSION   wb EXPRESSION    on, or back, until it holds
e EXPRESSION            its value         g POSITION  go there
l  all variables, with the calls around   ENTER  the same again
q  end`

func (a *app) step() *cobra.Command {
	var commands string
	var breaks, folders []string
	var end bool
	var at int64
	c := &cobra.Command{
		Use:   "step [RECORDING] POSITION",
		Short: "Step through what the job's code did, line by line, forwards and backwards",
		Long: `Step through what the job's code did around an invocation, line by line, forwards and backwards: source, variables, state of the key, timers,
watermark, what was sent. The server replays the task in a process of its own and traces its lines; nothing stops in production.
POSITION is operator.subtask.attempt.invocation, as every list shows it. Commands are read from standard input, or given with --commands; h lists them.
The replay waits for a while after the last step; --end ends it now.`,
		Example: `  sightglass step order-totals drop-duplicates.0.0.41
  sightglass step drop-duplicates.0.0.41 --source src/main/java --commands 'n; n; e order.totalCents'
  sightglass step convert-to-euro.1.0.1 --commands 'u exception' -o json | jq '.frames[0]'`,
		Args: between(1, 2, "a position, and a recording before it if you like"),
	}
	f := c.Flags()
	f.StringVar(&commands, "commands", "", "commands to do, with ; between, instead of reading them")
	f.StringArrayVar(&breaks, "break", nil, "breakpoint FILE:LINE, an expression behind a space; may be given more than once")
	f.StringArrayVar(&folders, "source", nil, "folder of sources at this machine; may be given more than once")
	f.Int64Var(&at, "step", -1, "the step of the invocation to begin at, as the browser's addresses have it; -1 = the first")
	f.BoolVar(&end, "end", false, "end the replay that waits for steps")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		position := args[len(args)-1]
		rec := args[0]
		if len(args) == 1 {
			rec, _, err = everywhere(c.Context(), cl, "the position "+position, func(rec string) (*client.Answer[gen.Moment], error) {
				return cl.At(c.Context(), rec, position)
			})
			if err != nil {
				return err
			}
		}
		if end {
			ended, err := cl.EndSteps(c.Context(), rec, position)
			if err == nil && !ended.Value.Ended {
				a.hint("no replay waits there")
			}
			return err
		}
		s := &stepper{app: a, cl: cl, q: client.StepQuery{Recording: rec, Position: position, Step: at}, folders: folders}
		for _, b := range breaks {
			s.q.Breaks = append(s.q.Breaks, s.breakpoint(b))
		}
		return s.run(c.Context(), commands, c.InOrStdin())
	}
	return c
}

// stepper is a conversation.
type stepper struct {
	*app
	cl      *client.Client
	q       client.StepQuery
	folders []string
	at      gen.StepPlace
	last    string
}

func (s *stepper) run(ctx context.Context, commands string, in io.Reader) error {
	if err := s.goTo(ctx, s.q); err != nil {
		return err
	}
	if commands != "" {
		for _, line := range strings.Split(commands, ";") {
			if quit, err := s.do(ctx, strings.TrimSpace(line)); err != nil || quit {
				return err
			}
		}
		return nil
	}
	lines := bufio.NewScanner(in)
	for s.prompt(); lines.Scan(); s.prompt() {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			line = s.last
		}
		s.last = line
		quit, err := s.do(ctx, line)
		var u *usageError
		var p *client.Problem
		switch {
		case errors.As(err, &u), errors.As(err, &p) && p.Status < 500:
			s.hint("%s", err)
		case err != nil:
			return err
		}
		if quit {
			return nil
		}
	}
	return lines.Err()
}

func (s *stepper) prompt() {
	if s.Terminal {
		fmt.Fprint(s.Out, s.paint(dim, "step> "))
	}
}

// moves by command.
var moves = map[string]client.StepQuery{
	"n": {Move: "over"}, "p": {Move: "over", Back: true}, "s": {Move: "in"}, "sb": {Move: "in", Back: true},
	"o": {Move: "out"}, "ob": {Move: "out", Back: true}, "r": {Move: "record"}, "rb": {Move: "record", Back: true},
	"c": {Until: "line"}, "rc": {Until: "line", Back: true},
}

// do does one command; quit ends the conversation.
func (s *stepper) do(ctx context.Context, line string) (quit bool, err error) {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	q := s.q
	q.Position, q.Step = s.at.Position, s.at.Step
	if m, ok := moves[word]; ok && rest == "" {
		if m.Until != "" && len(s.q.Breaks) == 0 {
			return false, usage("as in b DropDuplicates.java:30", "there is no breakpoint")
		}
		q.Move, q.Until, q.Back = m.Move, m.Until, m.Back
		return false, s.goTo(ctx, q)
	}
	switch word {
	case "":
		return false, nil
	case "q":
		return true, nil
	case "h":
		s.say("%s", stepHelp)
		return false, nil
	case "b":
		if rest != "" {
			s.q.Breaks = append(s.q.Breaks, s.breakpoint(rest))
		}
		for _, b := range s.q.Breaks {
			s.say("%s", b)
		}
		return false, nil
	case "b-":
		s.q.Breaks = nil
		return false, nil
	case "l":
		s.showFrames()
		return false, nil
	case "u", "ub":
		q.Until, q.Of, _ = strings.Cut(rest, " ")
		q.Back = word == "ub"
	case "w", "wb":
		q.Until, q.Where, q.Back = "condition", rest, word == "wb"
	case "e":
		q.Evaluate = []string{rest}
		answer, err := s.cl.Step(ctx, q)
		if err != nil {
			return false, err
		}
		if done, err := s.raw(answer.Raw, false); done {
			return false, err
		}
		for _, v := range answer.Value.Evaluated {
			if !v.Ok {
				v.Text = s.paint(amber, clean(v.Text))
			}
			s.say("%s", v.Text)
		}
		return false, nil
	case "g":
		q.Position, q.Step = rest, -1
	default:
		return false, usage("h lists the commands", "there is no command %q", line)
	}
	return false, s.goTo(ctx, q)
}

// breakpoint names the file of one as its classes do: of Kotlin and Scala by the package that it declares, wherever it lies.
func (s *stepper) breakpoint(text string) string {
	place, condition, _ := strings.Cut(text, " ")
	colon := strings.LastIndexByte(place, ':')
	if colon < 0 {
		return text // the server says what is wrong with it
	}
	for _, folder := range append([]string{""}, s.folders...) {
		file := filepath.Join(folder, place[:colon])
		if name := sources.NameOf(file); name != file {
			return strings.TrimSuffix(name+place[colon:]+" "+condition, " ")
		}
	}
	return text
}

// goTo asks the server, and shows where one is then.
func (s *stepper) goTo(ctx context.Context, q client.StepQuery) error {
	answer, err := s.cl.Step(ctx, q)
	if err != nil {
		return err
	}
	s.at = answer.Value
	if done, err := s.raw(answer.Raw, false); done {
		return err
	}
	s.show()
	return nil
}

// text finds the lines of the source of a call: at this machine, else as the server has it.
func (s *stepper) text(f *gen.StepFrame) (lines []string, from string, at int) {
	for _, folder := range s.folders {
		if found, ok := sources.InFolder(folder, f.Path); ok {
			return strings.Split(string(found.Text), "\n"), folder, int(f.Line)
		}
	}
	if src := &s.at.Source; src.From != "" && f == &s.at.Frames[0] {
		return strings.Split(src.Source.Text, "\n"), string(src.From), int(src.Line)
	}
	return nil, "", 0
}
