package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/sightglass/sightglass/tools/lab"
)

// settings collects --conf KEY=VALUE flags.
type settings map[string]string

func (s settings) String() string { return "" }

func (s settings) Set(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("%q is not KEY=VALUE", text)
	}
	s[key] = value
	return nil
}

func dirFlag(flags *flag.FlagSet, l *lab.Lab, part string) *string {
	return flags.String("dir", filepath.Join(l.Cache, part), "folder of its configuration, data and logs")
}

func kafkaUp(ctx context.Context, l *lab.Lab, args []string) error {
	flags := flag.NewFlagSet("kafka up", flag.ExitOnError)
	dir := dirFlag(flags, l, "kafka")
	port := flags.Int("port", 9092, "port of the broker; 0 for a free one")
	_ = flags.Parse(args)
	var before lab.Kafka
	if known, err := lab.Recall(*dir, &before); err != nil {
		return err
	} else if known && before.Process.Alive() {
		return fmt.Errorf("a broker of %s already runs on %s", *dir, before.Bootstrap)
	}
	broker, err := l.StartKafka(ctx, lab.KafkaOptions{Dir: *dir, Port: *port, ChoosePort: "choose another with --port"})
	if err != nil {
		return err
	}
	fmt.Println(broker.Bootstrap)
	return lab.Remember(*dir, broker)
}

func recallKafka(dir string) (*lab.Kafka, error) {
	broker := &lab.Kafka{}
	known, err := lab.Recall(dir, broker)
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, errors.New("no broker was started in " + dir)
	}
	return broker, nil
}

func kafkaStop(ctx context.Context, l *lab.Lab, args []string) error {
	flags := flag.NewFlagSet("kafka stop", flag.ExitOnError)
	dir := dirFlag(flags, l, "kafka")
	_ = flags.Parse(args)
	broker, err := recallKafka(*dir)
	if err != nil {
		return err
	}
	return errors.Join(broker.Stop(ctx), lab.Forget(*dir))
}

func kafkaTopic(ctx context.Context, l *lab.Lab, args []string) error {
	flags := flag.NewFlagSet("kafka topic", flag.ExitOnError)
	dir := dirFlag(flags, l, "kafka")
	_ = flags.Parse(args)
	broker, err := recallKafka(*dir)
	if err != nil {
		return err
	}
	topics := map[string]int32{}
	for _, arg := range flags.Args() {
		name, count, ok := strings.Cut(arg, "=")
		if !ok {
			count = "1"
		}
		n, err := strconv.ParseInt(count, 10, 32)
		if err != nil {
			return fmt.Errorf("%q is not NAME=PARTITIONS", arg)
		}
		topics[name] = int32(n)
	}
	return broker.CreateTopics(ctx, topics)
}

func flinkUp(ctx context.Context, l *lab.Lab, args []string) error {
	flags := flag.NewFlagSet("flink up", flag.ExitOnError)
	dir := dirFlag(flags, l, "flink")
	version := flags.String("version", "", "Flink's version, such as 2.3 or 1.20")
	port := flags.Int("port", 8081, "port of the REST API; 0 for a free one")
	managers := flags.Int("taskmanagers", 1, "number of TaskManagers")
	slots := flags.Int("slots", 4, "slots of each TaskManager")
	agent := flags.String("agent", "", "JAR=HOST:PORT, attached to all processes as a Java agent")
	conf := settings{}
	flags.Var(conf, "conf", "KEY=VALUE, a line of Flink's configuration; may be repeated")
	_ = flags.Parse(args)
	if *agent != "" {
		for _, process := range []string{"jobmanager", "taskmanager"} {
			conf["env.java.default-opts."+process] = strings.TrimSpace(conf["env.java.default-opts."+process] + " -javaagent:" + *agent)
		}
	}
	var before lab.Flink
	if known, err := lab.Recall(*dir, &before); err != nil {
		return err
	} else if known && before.JobManager.Alive() {
		return fmt.Errorf("a cluster of %s already runs on %s", *dir, before.REST)
	}
	cluster, err := l.StartFlink(ctx, lab.FlinkOptions{
		Version: *version, Dir: *dir, RESTPort: *port, TaskManagers: *managers, Slots: *slots, Conf: conf, ChoosePort: "choose another with --port",
	})
	if err != nil {
		return err
	}
	fmt.Println("http://" + cluster.REST)
	for _, p := range cluster.Processes() {
		fmt.Fprintf(os.Stderr, "%s pid %d, log %s\n", p.Name, p.PID, p.Log)
	}
	return lab.Remember(*dir, cluster)
}

func recallFlink(dir string) (*lab.Flink, error) {
	cluster := &lab.Flink{}
	known, err := lab.Recall(dir, cluster)
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, errors.New("no cluster was started in " + dir)
	}
	return cluster, nil
}

func flinkStop(ctx context.Context, l *lab.Lab, args []string) error {
	flags := flag.NewFlagSet("flink stop", flag.ExitOnError)
	dir := dirFlag(flags, l, "flink")
	_ = flags.Parse(args)
	cluster, err := recallFlink(*dir)
	if err != nil {
		return err
	}
	return errors.Join(cluster.Stop(ctx), lab.Forget(*dir))
}

func flinkRun(ctx context.Context, l *lab.Lab, args []string) error {
	flags := flag.NewFlagSet("flink run", flag.ExitOnError)
	dir := dirFlag(flags, l, "flink")
	class := flags.String("class", "", "entry class; default: the one that the jar names")
	_ = flags.Parse(args)
	if flags.NArg() == 0 {
		return errors.New("name the jar to run")
	}
	cluster, err := recallFlink(*dir)
	if err != nil {
		return err
	}
	jar, err := filepath.Abs(flags.Arg(0))
	if err != nil {
		return fmt.Errorf("resolving the jar: %w", err)
	}
	job, err := cluster.Run(ctx, jar, *class, flags.Args()[1:]...)
	if err != nil {
		return err
	}
	fmt.Println(job)
	return nil
}

func flinkJobs(ctx context.Context, l *lab.Lab, args []string) error {
	flags := flag.NewFlagSet("flink jobs", flag.ExitOnError)
	dir := dirFlag(flags, l, "flink")
	_ = flags.Parse(args)
	cluster, err := recallFlink(*dir)
	if err != nil {
		return err
	}
	jobs, err := cluster.Client().Jobs(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, job := range jobs {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d of %d running\n", job.ID, job.State, job.Name, job.Tasks["running"], job.Tasks["total"])
	}
	return table.Flush()
}

func flinkCancel(ctx context.Context, l *lab.Lab, args []string) error {
	flags := flag.NewFlagSet("flink cancel", flag.ExitOnError)
	dir := dirFlag(flags, l, "flink")
	_ = flags.Parse(args)
	cluster, err := recallFlink(*dir)
	if err != nil {
		return err
	}
	for _, job := range flags.Args() {
		if err := cluster.Client().Cancel(ctx, job); err != nil {
			return err
		}
	}
	return nil
}
