package lab

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// SQL are Flink's SQL client and SQL gateway for a cluster, with a configuration of their own.
type SQL struct {
	home, conf string
	flink      *Flink
}

// SQL makes the tools ready; conf adds lines to the cluster's configuration.
func (l *Lab) SQL(ctx context.Context, f *Flink, conf map[string]string) (*SQL, error) {
	gateway, err := l.installGateway(ctx, f.Version)
	if err != nil {
		return nil, err
	}
	shared, err := l.InstallFlink(ctx, f.Version)
	if err != nil {
		return nil, err
	}
	s := &SQL{conf: filepath.Join(f.Dir, "sql-conf"), flink: f}
	if s.home, err = ownHome(shared, filepath.Join(f.Dir, "sql-home"), filepath.Join("opt", filepath.Base(gateway)), gateway); err != nil {
		return nil, err
	}
	if err := eachFile(filepath.Join(f.Dir, "conf"), s.conf, copyFile); err != nil {
		return nil, fmt.Errorf("configuring the SQL client: %w", err)
	}
	path := filepath.Join(s.conf, "config.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuring the SQL client: %w", err)
	}
	// The gateway takes this port for itself, as the client does, whose gateway is within.
	text = regexp.MustCompile(`(?m)^rest\.bind-port: .*\n`).ReplaceAll(text, nil)
	for _, name := range slices.Sorted(maps.Keys(conf)) {
		text = fmt.Appendf(text, "%s: '%s'\n", name, strings.ReplaceAll(conf[name], "'", "''"))
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return nil, fmt.Errorf("configuring the SQL client: %w", err)
	}
	return s, nil
}

// installGateway gives the gateway's jar, which the SQL client needs too: the packages that homes are made of leave it out.
func (l *Lab) installGateway(ctx context.Context, flink string) (jar string, err error) {
	version := flink
	if flink == l.Versions["FLINK_1"] {
		version = orDefault(l.Versions["GATEWAY_1"], flink)
	}
	return l.InstallJar(ctx, "org.apache.flink", "flink-sql-gateway", version)
}

// InstallJar gives a jar of the registry of Maven, alone in a folder.
func (l *Lab) InstallJar(ctx context.Context, group, artifact, version string) (jar string, err error) {
	name := artifact + "-" + version
	folder := filepath.Join(l.Cache, name)
	jar = filepath.Join(folder, name+".jar")
	return jar, l.installOnce(ctx, folder, func(staging string) error {
		return l.Step("installing "+name, func() error {
			return Run(ctx, staging, "mvn", "--batch-mode", "--quiet", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy",
				"-Dartifact="+group+":"+artifact+":"+version, "-DoutputDirectory="+staging)
		})
	})
}

func (s *SQL) environment() []string {
	return append(s.flink.environment(), "FLINK_CONF_DIR="+s.conf, "FLINK_HOME="+s.home)
}

// RunFile has the client do all statements of a file.
func (s *SQL) RunFile(ctx context.Context, path string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(s.home, "bin", "sql-client.sh"), "-f", path)
	cmd.Dir, cmd.Env = s.flink.Dir, append(append(os.Environ(), s.environment()...), "JVM_ARGS="+quickStart)
	out, err := cmd.CombinedOutput()
	// The client ends with success whatever its statements did.
	if err != nil || strings.Contains(string(out), "[ERROR]") {
		return fmt.Errorf("running %s with the SQL client: %w\n%s", filepath.Base(path), err, out)
	}
	return nil
}

// StartGateway runs the gateway with its REST API on a port.
func (s *SQL) StartGateway(ctx context.Context, port int) (*Process, error) {
	p, err := Start(Command{
		Name: "sql-gateway", Path: filepath.Join(s.home, "bin", "sql-gateway.sh"), Dir: s.flink.Dir, Env: append(s.environment(), "JVM_ARGS="+quickStart),
		Args: []string{"start-foreground", "-Dsql-gateway.endpoint.rest.address=127.0.0.1", fmt.Sprintf("-Dsql-gateway.endpoint.rest.port=%d", port)},
		Log:  filepath.Join(s.flink.Dir, "log", "sql-gateway.log"),
	})
	if err != nil {
		return p, err
	}
	return p, AwaitHTTP(ctx, fmt.Sprintf("http://127.0.0.1:%d/info", port), p)
}
