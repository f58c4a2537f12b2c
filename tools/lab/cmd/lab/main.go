// Command lab installs, starts and stops the real parts that development needs: Flink clusters, Kafka brokers and the demo.
// "lab help" lists what it can do.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/sightglass/sightglass/tools/lab"
)

type command struct {
	words string
	usage string
	run   func(ctx context.Context, l *lab.Lab, args []string) error
}

var commands = []command{
	{"check", "say which programs are missing and how to get them", check},
	{"install", "[flink[=VERSION]] [kafka[=VERSION]]  install parts into the cache; all when none is named", install},
	{"kafka up", "[--dir DIR] [--port N]  start a broker", kafkaUp},
	{"kafka stop", "[--dir DIR]", kafkaStop},
	{"kafka topic", "[--dir DIR] NAME[=PARTITIONS]...  create topics", kafkaTopic},
	{"flink up", "[--version V] [--dir DIR] [--port N] [--taskmanagers N] [--slots N] [--agent JAR=HOST:PORT] [--conf KEY=VALUE]...  start a cluster", flinkUp},
	{"flink stop", "[--dir DIR]", flinkStop},
	{"flink run", "[--dir DIR] [--class C] JAR [ARGS...]  submit a job, print its id", flinkRun},
	{"flink jobs", "[--dir DIR]  list jobs", flinkJobs},
	{"flink cancel", "[--dir DIR] JOB...", flinkCancel},
	{"demo up", "[--flink V] [--rate N] [--ui-port N] [--agent-port N] [--kafka-port N] [--flink-port N]  start the demo, print its address", demoUp},
	{"demo stop", "stop all of the demo", demoStop},
	{"demo status", "print the address of a demo that runs", demoStatus},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := dispatch(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		stop()
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, args []string) error {
	line := strings.Join(args, " ") + " "
	for _, c := range commands {
		if strings.HasPrefix(line, c.words+" ") {
			l, err := lab.Open(lab.Options{Progress: os.Stderr})
			if err != nil {
				return err
			}
			return c.run(ctx, l, args[len(strings.Fields(c.words)):])
		}
	}
	table := tabwriter.NewWriter(os.Stderr, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "lab installs and runs real Flink and Kafka for development.")
	for _, c := range commands {
		fmt.Fprintf(table, "  lab %s\t%s\n", c.words, c.usage)
	}
	fmt.Fprintf(table, "Parts are kept in .lab of the repository, or in $%s.\n", lab.CacheVariable)
	if err := table.Flush(); err != nil {
		return err
	}
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" {
		return nil
	}
	return fmt.Errorf("no command %q", strings.TrimSpace(line))
}

func check(ctx context.Context, _ *lab.Lab, _ []string) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	missing := 0
	for _, p := range lab.Check(ctx) {
		switch {
		case p.OK():
			fmt.Fprintf(table, "ok\t%s\t%s\n", p.Name, p.Found)
		case p.Found != "":
			missing++
			fmt.Fprintf(table, "too old\t%s\t%s; %s: %s\n", p.Name, p.Found, p.Reason, p.Get)
		default:
			missing++
			fmt.Fprintf(table, "missing\t%s\t%s: %s\n", p.Name, p.Need, p.Get)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if missing > 0 {
		return fmt.Errorf("%d programs are missing or too old", missing)
	}
	return nil
}

func install(ctx context.Context, l *lab.Lab, args []string) error {
	if len(args) == 0 {
		args = []string{"flink=" + l.Versions["FLINK_2"], "flink=" + l.Versions["FLINK_1"], "kafka"}
	}
	for _, arg := range args {
		part, version, _ := strings.Cut(arg, "=")
		var path string
		var err error
		switch part {
		case "flink":
			path, err = l.InstallFlink(ctx, version)
		case "kafka":
			path, err = l.InstallKafka(ctx, version)
		default:
			err = errors.New("there is flink and kafka to install, not " + part)
		}
		if err != nil {
			return err
		}
		fmt.Println(path)
	}
	return nil
}
