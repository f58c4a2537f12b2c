package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// InstallPostgres makes <cache>/postgres-<version>, a PostgreSQL for this machine from Maven Central, unless it is there, and gives its path.
func (l *Lab) InstallPostgres(ctx context.Context) (dir string, err error) {
	version := l.Versions["POSTGRES"]
	dir = filepath.Join(l.Cache, "postgres-"+version)
	arch := map[string]string{"amd64": "amd64", "arm64": "arm64v8"}[runtime.GOARCH]
	if runtime.GOOS != "linux" || arch == "" {
		return "", fmt.Errorf("there is no PostgreSQL for %s on %s here", runtime.GOOS, runtime.GOARCH)
	}
	return dir, l.installOnce(ctx, dir, func(staging string) error {
		return l.Step("installing PostgreSQL "+version, func() error {
			name := "embedded-postgres-binaries-linux-" + arch
			jars, err := os.MkdirTemp(l.Cache, "postgres-jar-")
			if err != nil {
				return fmt.Errorf("creating a folder: %w", err)
			}
			defer os.RemoveAll(jars)
			if err := Run(ctx, jars, "mvn", "--batch-mode", "--quiet", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy",
				"-Dartifact=io.zonky.test.postgres:"+name+":"+version, "-DoutputDirectory="+jars); err != nil {
				return err
			}
			if err := Run(ctx, jars, "jar", "xf", filepath.Join(jars, name+"-"+version+".jar")); err != nil {
				return err
			}
			packed, err := filepath.Glob(filepath.Join(jars, "*.txz"))
			if err != nil || len(packed) != 1 {
				return fmt.Errorf("the jar holds no PostgreSQL: %v, %w", packed, err)
			}
			return Run(ctx, staging, "tar", "xJf", packed[0])
		})
	})
}

// Postgres is a running PostgreSQL.
type Postgres struct {
	URL     string // of an empty database
	Process *Process
}

// nobody is the user that PostgreSQL runs as where this program is root, as which it refuses to run.
const nobody = "65534"

// StartPostgres runs a PostgreSQL with an empty database in dir, which is emptied, until its process is stopped.
func (l *Lab) StartPostgres(ctx context.Context, dir string) (*Postgres, error) {
	bin, err := l.InstallPostgres(ctx)
	if err != nil {
		return nil, err
	}
	ports, err := FreePorts(1)
	if err != nil {
		return nil, err
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("emptying the database's folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the database's folder: %w", err)
	}
	// The folders above may be closed to others, so the database is in one of the system's.
	data, err := os.MkdirTemp("", "sightglass-postgres-")
	if err != nil {
		return nil, fmt.Errorf("making the database's folder: %w", err)
	}
	as := func(args ...string) (string, []string) { return args[0], args[1:] }
	if os.Getuid() == 0 {
		copied := filepath.Join(data, "bin")
		if err := os.CopyFS(copied, os.DirFS(bin)); err != nil {
			return nil, fmt.Errorf("copying PostgreSQL: %w", err)
		}
		bin = copied
		if err := Run(ctx, data, "chown", "-R", nobody+":"+nobody, data); err != nil {
			return nil, err
		}
		as = func(args ...string) (string, []string) {
			return "setpriv", append([]string{"--reuid=" + nobody, "--regid=" + nobody, "--clear-groups"}, args...)
		}
	}
	files := filepath.Join(data, "data")
	name, args := as(filepath.Join(bin, "bin", "initdb"), "-D", files, "-U", "sightglass", "-A", "trust", "-E", "UTF8")
	if err := Run(ctx, data, name, args...); err != nil {
		return nil, err
	}
	name, args = as(filepath.Join(bin, "bin", "postgres"), "-D", files, "-p", strconv.Itoa(ports[0]), "-k", data, "-c", "listen_addresses=127.0.0.1")
	p, err := Start(Command{Name: "postgres", Path: name, Args: args, Dir: data, Log: filepath.Join(dir, "postgres.log")})
	if err != nil {
		return nil, err
	}
	name, args = as(filepath.Join(bin, "bin", "pg_ctl"), "-D", files, "status")
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	socket := filepath.Join(data, ".s.PGSQL."+strconv.Itoa(ports[0]))
	err = Poll(ctx, 100*time.Millisecond, func() (bool, error) {
		if !p.Alive() {
			return false, fmt.Errorf("PostgreSQL has ended:\n%s", Tail(p.Log, 20))
		}
		_, err := os.Stat(socket)
		return err == nil && Run(ctx, data, name, args...) == nil, nil
	})
	if err != nil {
		return nil, err
	}
	return &Postgres{URL: fmt.Sprintf("postgres://sightglass@127.0.0.1:%d/postgres", ports[0]), Process: p}, nil
}
