package lab

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// KafkaOptions says how to run one broker. Dir is required.
type KafkaOptions struct {
	Version        string // default: that of .versions
	Dir            string // data, configuration and log of this broker; kept over restarts
	Port           int    // 0: a free one
	ControllerPort int    // 0: a free one
	Heap           string // default 384m
	ChoosePort     string // how a person chooses another port; part of the error when one is taken
	// Properties are further lines of the broker's configuration; one of a key that is there already stands in its place.
	// In a value %[1]s is the plain listener and %[2]s that of the controller, which a line about listeners repeats.
	Properties map[string]string
	// Started is called with each process as soon as it runs, before it is ready, so that it can be written down. Its error ends the start.
	Started func(*Process) error
}

// Kafka is one running broker, which is its own KRaft controller.
type Kafka struct {
	Bootstrap string   `json:"bootstrap"`
	Process   *Process `json:"process"`
}

// StartKafka runs a broker until Stop, and waits until it answers. A folder that has been used before keeps its topics.
func (l *Lab) StartKafka(ctx context.Context, o KafkaOptions) (*Kafka, error) {
	jars, err := l.InstallKafka(ctx, o.Version)
	if err != nil {
		return nil, err
	}
	if err := choosePorts(o.ChoosePort, portWish{&o.Port, "Kafka"}, portWish{&o.ControllerPort, "Kafka's controller"}); err != nil {
		return nil, err
	}
	if o.Heap == "" {
		o.Heap = "384m"
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("starting Kafka: %w", err)
	}
	properties, err := writeBrokerFiles(dir, o)
	if err != nil {
		return nil, err
	}
	classpath := dir + string(os.PathListSeparator) + filepath.Join(jars, "*")
	data := filepath.Join(dir, "data")
	if _, err := os.Stat(filepath.Join(data, "meta.properties")); err != nil {
		if err := Run(ctx, dir, "java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", classpath, "kafka.tools.StorageTool", "format", "-t", clusterID(), "-c", properties); err != nil {
			return nil, fmt.Errorf("formatting Kafka's storage: %w", err)
		}
	}
	k := &Kafka{Bootstrap: fmt.Sprintf("127.0.0.1:%d", o.Port)}
	err = l.Step("starting Kafka on "+k.Bootstrap, func() error {
		k.Process, err = Start(Command{
			Name: "kafka", Path: "java", Dir: dir, Log: filepath.Join(dir, "kafka.log"),
			Args: []string{"-Xms128m", "-Xmx" + o.Heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classpath, "kafka.Kafka", properties},
		})
		if err != nil {
			return err
		}
		if o.Started != nil {
			if err := o.Started(k.Process); err != nil {
				return err
			}
		}
		return k.awaitReady(ctx)
	})
	if err != nil {
		return nil, errors.Join(err, k.Stop(context.WithoutCancel(ctx)))
	}
	return k, nil
}

// clusterID draws an id, so that positions in topics of two brokers are told apart.
func clusterID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	id[0] &= 0x7f           // an id that begins with a dash would look like an option
	return base64.RawURLEncoding.EncodeToString(id[:])
}

// writeBrokerFiles writes server.properties and log4j2.properties. Retention is off: test data carries old timestamps, which brokers delete within minutes otherwise.
func writeBrokerFiles(dir string, o KafkaOptions) (properties string, err error) {
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o755); err != nil {
		return "", fmt.Errorf("creating Kafka's folder: %w", err)
	}
	properties = filepath.Join(dir, "server.properties")
	files := map[string]string{
		properties: fmt.Sprintf(`process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:%[2]d
listeners=PLAINTEXT://127.0.0.1:%[1]d,CONTROLLER://127.0.0.1:%[2]d
advertised.listeners=PLAINTEXT://127.0.0.1:%[1]d
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=%[3]s
num.partitions=4
num.network.threads=2
num.io.threads=4
log.retention.ms=-1
log.retention.bytes=-1
log.cleaner.dedupe.buffer.size=4194304
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
`, o.Port, o.ControllerPort, filepath.Join(dir, "data")) + further(o),
		filepath.Join(dir, "log4j2.properties"): `status=error
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %-5p %c{1} - %m%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
`,
	}
	for path, content := range files {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return "", fmt.Errorf("writing Kafka's configuration: %w", err)
		}
	}
	return properties, nil
}

// further are the lines of o.Properties. Of two lines with one key Java takes the last.
func further(o KafkaOptions) string {
	plain := fmt.Sprintf("PLAINTEXT://127.0.0.1:%d", o.Port)
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(o.Properties)) {
		value := strings.ReplaceAll(o.Properties[key], "%[1]s", plain)
		value = strings.ReplaceAll(value, "%[2]s", fmt.Sprintf("CONTROLLER://127.0.0.1:%d", o.ControllerPort))
		fmt.Fprintf(&b, "%s=%s\n", key, strings.ReplaceAll(value, "\n", `\n`))
	}
	return b.String()
}

func (k *Kafka) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 2*time.Minute, errors.New("the broker did not answer within two minutes"))
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(k.Bootstrap), kgo.RetryTimeout(time.Second))
	if err != nil {
		return fmt.Errorf("connecting to Kafka: %w", err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	return Poll(ctx, 200*time.Millisecond, func() (bool, error) {
		if !k.Process.Alive() {
			return false, fmt.Errorf("the broker ended; %s", Tail(k.Process.Log, 20))
		}
		attempt, done := context.WithTimeout(ctx, 2*time.Second)
		defer done()
		meta, err := admin.BrokerMetadata(attempt)
		return err == nil && len(meta.Brokers) > 0, nil
	})
}

// CreateTopics creates topics with the given numbers of partitions and no retention. Topics that are there stay as they are.
func (k *Kafka) CreateTopics(ctx context.Context, partitions map[string]int32) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(k.Bootstrap))
	if err != nil {
		return fmt.Errorf("connecting to Kafka: %w", err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	forever := "-1"
	for topic, n := range partitions {
		_, err := admin.CreateTopic(ctx, n, 1, map[string]*string{"retention.ms": &forever, "retention.bytes": &forever}, topic)
		if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			return fmt.Errorf("creating topic %s: %w", topic, err)
		}
	}
	return nil
}

// Stop ends the broker. Stopping twice, or a broker that crashed, does nothing.
func (k *Kafka) Stop(ctx context.Context) error {
	if k == nil {
		return nil
	}
	return k.Process.Stop(ctx, 20*time.Second)
}

type portWish struct {
	port    *int
	purpose string
}

// choosePorts fills wishes of 0 with free ports and checks that the others are free.
func choosePorts(choose string, wishes ...portWish) error {
	free, err := FreePorts(len(wishes))
	if err != nil {
		return err
	}
	for i, wish := range wishes {
		if *wish.port == 0 {
			*wish.port = free[i]
		} else if err := CheckPort(*wish.port, wish.purpose, choose); err != nil {
			return err
		}
	}
	return nil
}
