//go:build e2e

package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/tools/lab"
)

// broker is a real one with a plain listener, and one behind TLS where users log in. Access rules are in force: whoever comes by the plain one may
// do everything, as may olga.
type broker struct {
	t       *testing.T
	plain   string
	secure  string
	known   *x509.CertPool
	looking *kafka.Client
	writer  *kgo.Client
	admin   *kadm.Client
}

func startBroker(t *testing.T) *broker {
	t.Helper()
	log := &progress{t: t}
	t.Cleanup(log.end)
	l, err := lab.Open(lab.Options{Progress: log})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(l.Repository, "build", "e2e", "kafka")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	ports, err := lab.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	chain, key, known := certificate(t)
	b := &broker{t: t, secure: fmt.Sprintf("127.0.0.1:%d", ports[0]), known: known}
	k, err := l.StartKafka(t.Context(), lab.KafkaOptions{Dir: dir, Properties: map[string]string{
		"listeners":                                             "%[1]s,%[2]s,SASL_SSL://" + b.secure,
		"advertised.listeners":                                  "%[1]s,SASL_SSL://" + b.secure,
		"listener.security.protocol.map":                        "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
		"sasl.enabled.mechanisms":                               "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
		"listener.name.sasl_ssl.plain.sasl.jaas.config":         `org.apache.kafka.common.security.plain.PlainLoginModule required user_eve="secret";`,
		"listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
		"listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
		"listener.name.sasl_ssl.oauthbearer.sasl.jaas.config":   `org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
		"ssl.keystore.type":                                     "PEM",
		"ssl.keystore.certificate.chain":                        chain,
		"ssl.keystore.key":                                      key,
		"authorizer.class.name":                                 "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
		"super.users":                                           "User:ANONYMOUS;User:olga",
		"log.cleaner.backoff.ms":                                "200",
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := k.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	b.plain = k.Bootstrap
	b.looking = b.open(kafka.Cluster{Bootstrap: []string{b.plain}})
	if b.writer, err = kgo.NewClient(kgo.SeedBrokers(b.plain), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.writer.Close)
	b.admin = kadm.NewClient(b.writer)
	return b
}

func (b *broker) open(c kafka.Cluster) *kafka.Client {
	b.t.Helper()
	client, err := kafka.NewClient(c)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(client.Close)
	return client
}

func (b *broker) topic(name string, partitions int32, settings map[string]string) {
	b.t.Helper()
	all := map[string]*string{"retention.ms": kadm.StringPtr("-1")}
	for k, v := range settings {
		all[k] = &v
	}
	if _, err := b.admin.CreateTopic(b.t.Context(), partitions, 1, all, name); err != nil {
		b.t.Fatal(err)
	}
}

func (b *broker) write(all ...*kgo.Record) {
	b.t.Helper()
	if err := b.writer.ProduceSync(b.t.Context(), all...).FirstErr(); err != nil {
		b.t.Fatal(err)
	}
}

// transaction writes records and ends them.
func (b *broker) transaction(end kgo.TransactionEndTry, all ...*kgo.Record) {
	b.t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(b.plain), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.TransactionalID("t"))
	if err != nil {
		b.t.Fatal(err)
	}
	defer c.Close()
	if err := c.BeginTransaction(); err != nil {
		b.t.Fatal(err)
	}
	if err := c.ProduceSync(b.t.Context(), all...).FirstErr(); err != nil {
		b.t.Fatal(err)
	}
	if err := c.EndTransaction(b.t.Context(), end); err != nil {
		b.t.Fatal(err)
	}
	// The coordinator writes the markers after it said that it will.
	await(b.t, 10*time.Second, "the transaction's end is written", func(ctx context.Context) (bool, error) {
		ends, err := b.admin.ListEndOffsets(ctx, all[0].Topic)
		if err != nil {
			return false, err
		}
		stable, err := b.admin.ListCommittedOffsets(ctx, all[0].Topic)
		if err != nil {
			return false, err
		}
		at, _ := ends.Lookup(all[0].Topic, all[0].Partition)
		to, _ := stable.Lookup(all[0].Topic, all[0].Partition)
		return at.Offset == to.Offset, nil
	})
}

// certificate makes one for 127.0.0.1 that signs itself, and its key, in PEM.
func certificate(t *testing.T) (chain, key string, known *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "broker"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	rawKey, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	inPEM := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	chain = inPEM("CERTIFICATE", raw)
	known = x509.NewCertPool()
	if !known.AppendCertsFromPEM([]byte(chain)) {
		t.Fatal("the certificate is none")
	}
	return chain, inPEM("PRIVATE KEY", rawKey), known
}

// unsecured is a token that nobody signed, as Kafka's validator for tests takes it.
func unsecured(t *testing.T, subject string) string {
	t.Helper()
	part := func(x any) string {
		raw, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	now := time.Now().Unix()
	return part(map[string]string{"alg": "none"}) + "." + part(map[string]any{"sub": subject, "iat": now, "exp": now + 3600}) + "."
}
