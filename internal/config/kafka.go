package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// KafkaCluster is how the server reaches brokers: to read topics again for replays, and, when it has a name, for people to look into it.
type KafkaCluster struct {
	Name      string         `yaml:"name"`      // [a-z0-9-]{1,64}, of this cluster alone; empty: nobody looks into it
	For       []string       `yaml:"for"`       // bootstrap servers as jobs name them, one of which is enough; empty: Names says
	Bootstrap []string       `yaml:"bootstrap"` // host:port; empty: as the job named them, which only a replay can use
	TLS       *KafkaTLS      `yaml:"tls"`       // nil: plain TCP
	SASL      *KafkaSASL     `yaml:"sasl"`      // nil: nobody logs in
	Registry  *KafkaRegistry `yaml:"registry"`  // nil: no schemas
}

// KafkaTLS is how servers are known, and this one to them. All are files in PEM.
type KafkaTLS struct {
	CA         string `yaml:"ca"` // empty: the system's
	Cert       string `yaml:"cert"`
	Key        string `yaml:"key"`
	ServerName string `yaml:"server-name"` // that the servers' certificates are for; empty: the name that they are reached by
}

// KafkaSASL is how the server logs in. Which fields are wanted, the mechanism says.
type KafkaSASL struct {
	Mechanism    string `yaml:"mechanism"` // plain, scram-sha-256, scram-sha-512 or oauthbearer
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password-file"`

	// Of oauthbearer: a file with a token that something else renews, or where tokens are got by the client's credentials.
	TokenFile        string `yaml:"token-file"`
	TokenURL         string `yaml:"token-url"`
	ClientID         string `yaml:"client-id"`
	ClientSecretFile string `yaml:"client-secret-file"`
	Scope            string `yaml:"scope"` // several with blanks between; empty: none is asked for
}

// KafkaRegistry is where the schemas of a cluster's records are.
type KafkaRegistry struct {
	URL          string    `yaml:"url"`
	Kind         string    `yaml:"kind"` // confluent or apicurio; empty: confluent
	User         string    `yaml:"user"`
	PasswordFile string    `yaml:"password-file"`
	TLS          *KafkaTLS `yaml:"tls"` // nil: the system's authorities, where the URL is https
}

// Names are the bootstrap servers by which jobs name the cluster; none: any. A cluster that people look into is not that of every job.
func (c *KafkaCluster) Names() []string {
	if len(c.For) == 0 && c.Name != "" {
		return c.Bootstrap
	}
	return c.For
}

// ReadKafka reads a file of clusters: a list, of which the first one that fits a job holds for its replays.
func ReadKafka(file string) ([]KafkaCluster, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("setting kafka-file: %w", err)
	}
	var all struct {
		Clusters []KafkaCluster `yaml:"clusters"`
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&all); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("setting kafka-file: %s: %w", file, err)
	}
	seen := make(map[string]bool)
	for i := range all.Clusters {
		c := &all.Clusters[i]
		err := c.check()
		if err == nil && c.Name != "" && seen[c.Name] {
			err = fmt.Errorf("name: another cluster is called %s", c.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("setting kafka-file: %s: cluster %d: %w", file, i+1, err)
		}
		seen[c.Name] = true
	}
	return all.Clusters, nil
}

var clusterName = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

func (c *KafkaCluster) check() error {
	switch {
	case c.Name != "" && !clusterName.MatchString(c.Name):
		return fmt.Errorf("name: %q is not of 1 to 64 of a-z, 0-9 and dashes", c.Name)
	case c.Name != "" && len(c.Bootstrap) == 0:
		return errors.New("name: a cluster that people look into wants bootstrap; without a name it is for replays alone")
	case c.Registry != nil && c.Name == "":
		return errors.New("registry: a cluster that people look into wants a name")
	}
	for _, list := range [][]string{c.For, c.Bootstrap} {
		for _, a := range list {
			var host string
			if err := address(&host, a); err != nil {
				return err
			}
		}
	}
	if err := c.TLS.check(); err != nil {
		return err
	}
	if err := c.SASL.check(c.TLS != nil); err != nil {
		return fmt.Errorf("sasl: %w", err)
	}
	if err := c.Registry.check(); err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	if (c.SASL != nil || c.TLS != nil && c.TLS.Cert != "") && len(c.For) == 0 && len(c.Bootstrap) == 0 {
		return errors.New("the server logs in there: for or bootstrap is wanted, else it would do so wherever a recording says")
	}
	return nil
}

func (t *KafkaTLS) check() error {
	if t != nil && (t.Cert == "") != (t.Key == "") {
		return errors.New("tls: cert and key go together")
	}
	return nil
}

func (s *KafkaSASL) check(encrypted bool) error {
	if s == nil {
		return nil
	}
	switch s.Mechanism {
	case "plain", "scram-sha-256", "scram-sha-512":
		switch {
		case s.TokenFile != "" || s.TokenURL != "" || s.ClientID != "" || s.ClientSecretFile != "" || s.Scope != "":
			return fmt.Errorf("tokens are oauthbearer's, not those of %s", s.Mechanism)
		case s.User == "" || s.PasswordFile == "":
			return errors.New("user and password-file are wanted")
		case s.Mechanism == "plain" && !encrypted:
			return errors.New("plain shows the password to the network; it wants tls: {}")
		}
		return nil
	case "oauthbearer":
		return s.checkTokens(encrypted)
	}
	return fmt.Errorf("mechanism %q is none of plain, scram-sha-256, scram-sha-512, oauthbearer", s.Mechanism)
}

func (s *KafkaSASL) checkTokens(encrypted bool) error {
	file, asks := s.TokenFile != "", s.TokenURL != "" || s.ClientID != "" || s.ClientSecretFile != "" || s.Scope != ""
	switch {
	case s.User != "" || s.PasswordFile != "":
		return errors.New("oauthbearer has no user and no password-file")
	case file == asks:
		return errors.New("oauthbearer wants token-file, or token-url with client-id and client-secret-file")
	case !encrypted:
		return errors.New("oauthbearer shows the token to the network; it wants tls: {}")
	case file:
		return nil
	case s.TokenURL == "" || s.ClientID == "" || s.ClientSecretFile == "":
		return errors.New("token-url, client-id and client-secret-file go together")
	}
	if err := secretURL(s.TokenURL, true); err != nil {
		return fmt.Errorf("token-url: %w", err)
	}
	return nil
}

func (r *KafkaRegistry) check() error {
	if r == nil {
		return nil
	}
	switch r.Kind {
	case "", "confluent", "apicurio":
	default:
		return fmt.Errorf("kind %q is none of confluent, apicurio", r.Kind)
	}
	if (r.User == "") != (r.PasswordFile == "") {
		return errors.New("user and password-file go together")
	}
	if err := secretURL(r.URL, r.User != "" || r.TLS != nil); err != nil {
		return fmt.Errorf("url: %w", err)
	}
	return r.TLS.check()
}

// secretURL checks an address of HTTP. One that a secret goes to must be https, but on this machine. The text of the URL is in no error, since
// a password may have been written into it.
func secretURL(text string, secret bool) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("it is no address as https://host:port/path")
	case u.User != nil:
		return errors.New("a user or a password in an address gets into logs; the settings beside it are for that")
	case u.Scheme != "https" && secret && !Loopback(u.Host) && !Loopback(u.Host+":80"):
		return errors.New("it wants https: what the server logs in with would be shown to the network")
	}
	return nil
}
