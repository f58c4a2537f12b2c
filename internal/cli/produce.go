package cli

import (
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sightglass/sightglass/internal/client"
)

type produceFlags struct {
	cluster, key, file string
	headers            []string
	partition          int
	tombstone, dry     bool
	wish               client.ProduceWish
}

func (a *app) produce() *cobra.Command {
	var f produceFlags
	c := &cobra.Command{
		Use:   "produce TOPIC --why TEXT [flags]",
		Short: "Write a record to a topic, or copy one into it as it is",
		Long: `Write one record to a topic: the value is what --file holds, or what comes on standard input, byte by byte. --copy writes a record of another topic of the
cluster as it is, with key, value and headers, as out of a queue of dead letters; that wants the right to see the other topic without masks.
--why stands in the audit log, the values do not.

Exit 1: the record was not written, or that is not known.`,
		Example: `  sightglass produce orders --key o-7719342 --file order.json --why "ticket 4711"
  sightglass produce orders --copy orders-dead/0@3 --why "the parser is mended"
  sightglass produce orders --key o-7719342 --tombstone --partition 2 --why "ticket 4711" --dry-run`,
		Args: exactly(1, "a topic"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	clusterFlag(c, &f.cluster)
	fl.StringVar(&f.key, "key", "", "key, as text (without: null)")
	fl.StringArrayVar(&f.headers, "header", nil, "header as NAME=VALUE, or NAME alone for null; may be repeated")
	fl.IntVar(&f.partition, "partition", 0, "partition (without: by the key)")
	fl.StringVar(&f.file, "file", "", "file with the value (without: standard input)")
	fl.BoolVar(&f.tombstone, "tombstone", false, "the value is null")
	fl.StringVar(&f.wish.Copy, "copy", "", "in place of a value: topic/partition@offset of the record to copy")
	fl.StringVar(&f.wish.Why, "why", "", "what for, for the audit log; must be given")
	fl.BoolVar(&f.dry, "dry-run", false, "only say what would be written")
	c.RunE = func(c *cobra.Command, args []string) error {
		size, err := f.read(fl, c.InOrStdin())
		if err != nil {
			return err
		}
		cl, cluster, err := a.askCluster(c.Context(), f.cluster)
		if err != nil {
			return err
		}
		if f.dry {
			what := "a record with a value of " + bytesText(float64(size))
			if f.wish.Copy != "" {
				what = "a copy of " + f.wish.Copy
			} else if f.tombstone {
				what = "a tombstone"
			}
			a.hint("would write %s to %s of %s", what, args[0], cluster)
			return nil
		}
		answer, err := cl.Produce(c.Context(), cluster, args[0], f.wish)
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, true); err != nil {
			return err
		} else if !done {
			for _, r := range answer.Value.Items {
				if r.Error == "" {
					a.say("%s", r.Place)
				}
			}
		}
		for _, r := range answer.Value.Items {
			if r.Error != "" {
				a.hint("%s", clean(r.Error))
				return verdict(exitFound)
			}
		}
		return nil
	}
	return c
}

// read makes the record of flags and input. It returns how large the value is.
func (f *produceFlags) read(fl *pflag.FlagSet, in io.Reader) (size int, err error) {
	switch {
	case strings.TrimSpace(f.wish.Why) == "":
		return 0, usage(`as --why "ticket 4711"; it stands in the audit log`, "--why is missing")
	case f.wish.Copy != "":
		for _, name := range []string{"key", "header", "partition", "file", "tombstone"} {
			if given(fl, name) {
				return 0, usage("a copy has all that its source has", "--%s does not go with --copy", name)
			}
		}
		if !placeText.MatchString(f.wish.Copy) {
			return 0, usage("write topic/partition@offset", "--copy %s is no place of a record", f.wish.Copy)
		}
		return 0, nil
	case f.tombstone && f.file != "":
		return 0, usage("a tombstone has no value", "--file does not go with --tombstone")
	}
	var r client.ProduceRecord
	if given(fl, "key") {
		r.Key = client.Bytes([]byte(f.key))
	}
	if given(fl, "partition") {
		if f.partition < 0 {
			return 0, usage("partitions are numbered from 0", "--partition %d is below 0", f.partition)
		}
		r.Partition = &f.partition
	}
	for _, h := range f.headers {
		name, value, ok := strings.Cut(h, "=")
		x := client.ProduceHeader{Name: name}
		if ok {
			x.Value = client.Bytes([]byte(value))
		}
		r.Headers = append(r.Headers, x)
	}
	if !f.tombstone {
		var raw []byte
		if f.file != "" {
			raw, err = os.ReadFile(f.file)
		} else {
			raw, err = io.ReadAll(in)
		}
		if err != nil {
			return 0, usage("a file, or something on standard input, is the value", "reading the value: %v", err)
		}
		r.Value, size = client.Bytes(raw), len(raw)
	}
	f.wish.Records = []client.ProduceRecord{r}
	return size, nil
}
