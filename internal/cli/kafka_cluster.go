package cli

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/client"
)

// clusterFlag is the flag of all verbs that ask one cluster.
func clusterFlag(c *cobra.Command, name *string) {
	c.Flags().StringVar(name, "cluster", "", "name of the Kafka cluster; with one cluster it may be left out")
}

// onlyCluster is the cluster that was named, or the one that there is.
func onlyCluster(ctx context.Context, cl *client.Client, name string) (string, error) {
	if name != "" {
		return name, nil
	}
	answer, err := cl.Clusters(ctx)
	if err != nil {
		return "", err
	}
	var names []string
	for _, c := range answer.Value.Items {
		names = append(names, c.Name)
	}
	switch len(names) {
	case 0:
		return "", &failure{exitUnknown, errors.New("the server looks into no Kafka cluster of which you may see something"), "docs/operations/kafka.md: start it with --kafka-file"}
	case 1:
		return names[0], nil
	}
	return "", usage("name one: "+strings.Join(names, ", "), "the server looks into %d clusters", len(names))
}

// askCluster makes the client and finds the cluster.
func (a *app) askCluster(ctx context.Context, name string) (*client.Client, string, error) {
	cl, err := a.client()
	if err != nil {
		return nil, "", err
	}
	name, err = onlyCluster(ctx, cl, name)
	return cl, name, err
}

// first is the first argument; empty when there is none.
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// placeText is topic/partition@offset.
var placeText = regexp.MustCompile(`^(.+)/([0-9]{1,10})@([0-9]{1,19})$`)

// known is an I64 of which -1 is not known.
func (a *app) known(s string) string {
	if strings.HasPrefix(s, "-") {
		return nothing
	}
	return a.count(s)
}

// knownSize is known of bytes.
func knownSize(s string) string {
	if strings.HasPrefix(s, "-") {
		return nothing
	}
	return size(s)
}

// unknowns says what could not be found out.
func (a *app) unknowns(of []string) {
	for _, u := range of {
		a.hint("not known: %s", clean(u))
	}
}
