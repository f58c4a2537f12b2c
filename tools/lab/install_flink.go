package lab

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// InstallFlink makes <cache>/flink-<version> unless it is there, and gives its path: a Flink home as a release archive has it.
// wish is read as by Versions.Flink.
func (l *Lab) InstallFlink(ctx context.Context, wish string) (home string, err error) {
	version, err := l.Versions.Flink(wish)
	if err != nil {
		return "", err
	}
	home = filepath.Join(l.Cache, "flink-"+version)
	return home, l.installOnce(ctx, home, func(staging string) error {
		return l.Step("installing Flink "+version, func() error {
			// bin and conf come in wheels per platform, all with the same scripts: one fixed platform serves every machine.
			wheel := []string{"--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"}
			if err := l.unpackPyPI(ctx, staging, "apache-flink", version, wheel); err != nil {
				return err
			}
			if err := l.unpackPyPI(ctx, staging, "apache-flink-libraries", version, nil); err != nil {
				return err
			}
			return completeFlink(staging, version)
		})
	})
}

// unpackPyPI downloads one package with pip, without its dependencies, and unpacks the parts of a Flink home from it.
func (l *Lab) unpackPyPI(ctx context.Context, home, name, version string, choose []string) error {
	dir, err := os.MkdirTemp(l.Cache, "download-")
	if err != nil {
		return fmt.Errorf("creating a download folder: %w", err)
	}
	defer os.RemoveAll(dir)
	args := append([]string{"-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", dir}, choose...)
	if err := Run(ctx, dir, "python3", append(args, name+"=="+version)...); err != nil {
		return err
	}
	archives, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(archives) != 1 {
		return fmt.Errorf("pip left %d files for %s %s, not one", len(archives), name, version)
	}
	switch archive := archives[0]; {
	case strings.HasSuffix(archive, ".whl"):
		return unpackWheel(archive, home)
	case strings.HasSuffix(archive, ".tar.gz"):
		return unpackSource(archive, home)
	default:
		return fmt.Errorf("unpacking %s: neither a wheel nor a source archive", filepath.Base(archive))
	}
}

// homePart tells where a file of a package belongs in a Flink home. A wheel keeps the parts under pyflink/, a source archive under <name>/deps/.
func homePart(name string) (string, bool) {
	rest, ok := strings.CutPrefix(name, "pyflink/")
	if !ok {
		if _, rest, ok = strings.Cut(name, "/deps/"); !ok {
			return "", false
		}
	}
	part, _, _ := strings.Cut(rest, "/")
	switch part {
	case "bin", "conf", "lib", "opt", "plugins":
		return filepath.FromSlash(rest), filepath.IsLocal(rest)
	}
	return "", false
}

func unpackWheel(archive, home string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("unpacking %s: %w", filepath.Base(archive), err)
	}
	defer z.Close()
	for _, entry := range z.File {
		part, ok := homePart(entry.Name)
		if !ok || entry.FileInfo().IsDir() {
			continue
		}
		in, err := entry.Open()
		if err != nil {
			return fmt.Errorf("unpacking %s: %w", entry.Name, err)
		}
		err = writeFile(filepath.Join(home, part), in)
		in.Close()
		if err != nil {
			return fmt.Errorf("unpacking %s: %w", entry.Name, err)
		}
	}
	return nil
}

func unpackSource(archive, home string) error {
	f, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("unpacking: %w", err)
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("unpacking %s: %w", filepath.Base(archive), err)
	}
	for entries := tar.NewReader(plain); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("unpacking %s: %w", filepath.Base(archive), err)
		}
		part, ok := homePart(entry.Name)
		if !ok || entry.Typeflag != tar.TypeReg {
			continue
		}
		if err := writeFile(filepath.Join(home, part), entries); err != nil {
			return fmt.Errorf("unpacking %s: %w", entry.Name, err)
		}
	}
}

func writeFile(path string, content io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	mode := os.FileMode(0o644)
	if filepath.Base(filepath.Dir(path)) == "bin" && filepath.Ext(path) != ".jar" {
		mode = 0o755 // Python packages lose the mode of the scripts.
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, content)
	return errors.Join(err, out.Close())
}

// completeFlink checks that both packages brought their share and adds what Flink expects besides.
func completeFlink(home, version string) error {
	for _, part := range []string{"bin/flink", "bin/jobmanager.sh", "bin/bash-java-utils.jar", "conf/config.yaml", "lib/flink-dist-" + version + ".jar"} {
		if _, err := os.Stat(filepath.Join(home, filepath.FromSlash(part))); err != nil {
			return fmt.Errorf("the packages of Flink %s do not hold %s", version, part)
		}
	}
	return os.MkdirAll(filepath.Join(home, "log"), 0o755)
}

// Run waits for a command and puts the end of what it printed into the error.
func Run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) > 30 {
		lines = lines[len(lines)-30:]
	}
	return fmt.Errorf("running %s %s: %w\n%s", name, strings.Join(args, " "), err, strings.Join(lines, "\n"))
}
