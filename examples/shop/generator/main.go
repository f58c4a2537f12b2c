// Command generator sends the orders and exchange rates of a shop to Kafka, at a steady rate, until it is stopped.
//
// Some orders are sent twice: soon, or only after the shop has forgotten them. Some carry a time long past. One is in a currency whose rate is
// published only later. The same --seed and --begin give the same records.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := generate(ctx, os.Args[1:]); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "generator:", err)
		stop()
		os.Exit(1)
	}
}

func generate(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("generator", flag.ExitOnError)
	bootstrap := flags.String("bootstrap", "127.0.0.1:9092", "Kafka's address")
	p := plan{}
	flags.Uint64Var(&p.seed, "seed", 1, "the same seed gives the same orders")
	begin := flags.String("begin", "", "event time of the start, such as 2026-01-31T12:00:00Z; default now")
	flags.Float64Var(&p.rate, "rate", 40, "orders per second")
	flags.DurationVar(&p.lead, "lead", 3*time.Second, "rates alone before the first order")
	flags.Float64Var(&p.duplicates, "duplicates", 0.03, "share of orders sent again soon")
	flags.Float64Var(&p.lateDuplicates, "late-duplicates", 0.01, "share of orders sent again after --memory")
	flags.DurationVar(&p.memory, "memory", time.Minute, "how long the shop remembers an order")
	flags.Float64Var(&p.late, "late", 0.01, "share of orders with a time long past")
	flags.DurationVar(&p.poisonAfter, "poison-after", 30*time.Second, "when to send one order in a currency without a rate; 0 for never")
	flags.DurationVar(&p.rateAfter, "poison-rate-after", 45*time.Second, "when to publish that currency's rate")
	limit := flags.Duration("for", 0, "stop after this time; 0 for never")
	_ = flags.Parse(args)
	if p.rate <= 0 || p.memory < 2 {
		return errors.New("--rate and --memory must be above zero")
	}
	p.begin = time.Now()
	if *begin != "" {
		var err error
		if p.begin, err = time.Parse(time.RFC3339, *begin); err != nil {
			return fmt.Errorf("reading --begin: %w", err)
		}
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(*bootstrap), kgo.ProducerLinger(5*time.Millisecond))
	if err != nil {
		return fmt.Errorf("connecting to Kafka: %w", err)
	}
	defer client.Close()
	return send(ctx, client, newSchedule(p), *limit)
}

// send keeps to the schedule by the wall clock: after a pause of the machine or of the broker it sends what is overdue at once.
func send(ctx context.Context, client *kgo.Client, s *schedule, limit time.Duration) error {
	counts := map[kind]int{}
	failed := make(chan error, 1)
	start, said := time.Now(), time.Duration(0)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		m := s.next()
		if limit > 0 && m.due >= limit {
			break
		}
		timer.Reset(time.Until(start.Add(m.due)))
		select {
		case <-ctx.Done():
			return flush(client, counts, failed)
		case err := <-failed:
			return err
		case <-timer.C:
		}
		client.Produce(context.WithoutCancel(ctx), &kgo.Record{Topic: m.topic, Key: []byte(m.key), Value: m.value}, func(r *kgo.Record, err error) {
			switch {
			case err != nil:
				select {
				case failed <- fmt.Errorf("sending to %s: %w", r.Topic, err):
				default:
				}
			case m.kind == kindPoison:
				fmt.Printf("the order in %s is record %d of %s-%d\n", poisonCurrency, r.Offset, r.Topic, r.Partition)
			}
		})
		counts[m.kind]++
		if m.due-said >= 30*time.Second {
			said = m.due
			report(counts)
		}
	}
	return flush(client, counts, failed)
}

// flush waits for what is under way; a record that Kafka refused is an error even when it is the last.
func flush(client *kgo.Client, counts map[kind]int, failed <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := client.Flush(ctx); err != nil {
		return fmt.Errorf("waiting for Kafka's acknowledgements: %w", err)
	}
	report(counts)
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func report(counts map[kind]int) {
	fmt.Printf("sent %d orders (%d late, %d poison), %d duplicates, %d late duplicates, %d rates\n",
		counts[kindOrder]+counts[kindLate]+counts[kindPoison], counts[kindLate], counts[kindPoison], counts[kindDuplicate], counts[kindLateDuplicate], counts[kindRate])
}
