package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// InstallConfluentPython makes <cache>/confluent-kafka-<version>, Confluent's Python client with its serializers, unless it is there, and gives the
// Python that has it.
func (l *Lab) InstallConfluentPython(ctx context.Context) (python string, err error) {
	version := l.Versions["CONFLUENT_KAFKA_PYTHON"]
	dir := filepath.Join(l.Cache, "confluent-kafka-"+version)
	return filepath.Join(dir, "python"), l.installOnce(ctx, dir, func(staging string) error {
		return l.Step("installing confluent-kafka "+version, func() error {
			if err := Run(ctx, staging, "python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", filepath.Join(staging, "packages"),
				"confluent-kafka[avro,json,protobuf]=="+version); err != nil {
				return err
			}
			return writeScript(filepath.Join(staging, "python"), "#!/bin/sh\nPYTHONPATH=\""+filepath.Join(dir, "packages")+"\" exec python3 \"$@\"\n")
		})
	})
}

func writeScript(path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
