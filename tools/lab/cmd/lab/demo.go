package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/tools/lab"
	"github.com/sightglass/sightglass/tools/lab/demo"
)

func demoUp(ctx context.Context, l *lab.Lab, args []string) error {
	flags := flag.NewFlagSet("demo up", flag.ExitOnError)
	var o demo.Options
	flags.StringVar(&o.Flink, "flink", "", "Flink's version, such as 2.3 or 1.20")
	flags.StringVar(&o.Binary, "binary", "", "the server's binary; default bin/sightglass")
	flags.IntVar(&o.Rate, "rate", 40, "orders per second")
	for _, port := range []struct {
		into *int
		part string
	}{{&o.UIPort, "UI"}, {&o.AgentPort, "AGENT"}, {&o.KafkaPort, "KAFKA"}, {&o.FlinkPort, "FLINK"}, {&o.Registry, "REGISTRY"}} {
		variable := demo.PortVariable(port.part)
		standard := 0
		if text := os.Getenv(variable); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > 65535 {
				return fmt.Errorf("%s=%s is no port", variable, text)
			}
			standard = n
		}
		flags.IntVar(port.into, strings.ToLower(port.part)+"-port", standard, "also "+variable)
	}
	_ = flags.Parse(args)
	running, err := demo.Up(ctx, l, o)
	switch {
	case errors.Is(err, demo.ErrRunning):
		fmt.Printf("The demo runs already, on Flink %s.\n\n  %s\n\nmake demo-stop ends it.\n", running.Flink, running.URL)
		return nil
	case err != nil:
		return err
	}
	fmt.Printf(`
Two jobs run on Flink %s and are recorded.

  %s

Flink's own page: http://%s   Kafka: %s   Schemas: %s
On the command line: bin/sightglass jobs --server %s
make demo-stop ends all of it.
`, running.Flink, running.URL, running.REST, running.Kafka, running.Registry, running.URL)
	return nil
}

func demoStop(ctx context.Context, l *lab.Lab, _ []string) error {
	running, err := demo.Status(demo.Folder(l))
	if err != nil {
		return err
	}
	if running == nil {
		fmt.Println("No demo runs.")
		return nil
	}
	if err := demo.Stop(ctx, demo.Folder(l)); err != nil {
		return err
	}
	fmt.Println("The demo is stopped.")
	return nil
}

func demoStatus(_ context.Context, l *lab.Lab, _ []string) error {
	running, err := demo.Status(demo.Folder(l))
	if err != nil {
		return err
	}
	if running == nil {
		return errors.New("no demo runs")
	}
	if dead := running.Dead(); len(dead) > 0 {
		return fmt.Errorf("of the demo these have ended: %s", strings.Join(dead, ", "))
	}
	fmt.Println(running.URL)
	return nil
}
