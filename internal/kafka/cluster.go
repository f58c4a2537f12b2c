package kafka

import (
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// Mechanisms that brokers may ask to log in by.
const (
	Plain       = "plain"
	ScramSHA256 = "scram-sha-256"
	ScramSHA512 = "scram-sha-512"
	OAuthBearer = "oauthbearer"
)

// Cluster says how brokers are reached.
type Cluster struct {
	Bootstrap []string    // host:port; there must be one
	TLS       *tls.Config // nil: plain TCP
	Mechanism string      // empty: nobody logs in
	User      string      // of plain and scram
	Password  string
	Tokens    Tokens // of oauthbearer
}

// options are those of every client. as is the name that brokers have in their logs and quotas.
func (c *Cluster) options(as string) ([]kgo.Opt, error) {
	if len(c.Bootstrap) == 0 {
		return nil, errors.New("no bootstrap servers of the cluster are known")
	}
	all := []kgo.Opt{kgo.SeedBrokers(c.Bootstrap...), kgo.ClientID(as), kgo.DisableClientMetrics()}
	if c.TLS != nil {
		all = append(all, kgo.DialTLSConfig(c.TLS))
	}
	var m sasl.Mechanism
	switch c.Mechanism {
	case "":
		return all, nil
	case Plain:
		m = plain.Auth{User: c.User, Pass: c.Password}.AsMechanism()
	case ScramSHA256:
		m = scram.Auth{User: c.User, Pass: c.Password}.AsSha256Mechanism()
	case ScramSHA512:
		m = scram.Auth{User: c.User, Pass: c.Password}.AsSha512Mechanism()
	case OAuthBearer:
		m = oauth.Oauth(c.Tokens.source())
	default:
		return nil, fmt.Errorf("'%s' is no mechanism to log in by: %s, %s, %s or %s", c.Mechanism, Plain, ScramSHA256, ScramSHA512, OAuthBearer)
	}
	return append(all, kgo.SASL(m)), nil
}
