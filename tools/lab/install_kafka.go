package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sightglass/sightglass/tools/lab/kafka"
)

// InstallKafka makes <cache>/kafka-<version>, the jars of one broker, unless it is there, and gives its path. An empty version is that of .versions.
func (l *Lab) InstallKafka(ctx context.Context, version string) (jars string, err error) {
	if version == "" {
		version = l.Versions["KAFKA"]
	}
	jars = filepath.Join(l.Cache, "kafka-"+version)
	return jars, l.installOnce(ctx, jars, func(staging string) error {
		return l.Step("installing Kafka "+version, func() error {
			project, err := os.MkdirTemp(l.Cache, "kafka-project-")
			if err != nil {
				return fmt.Errorf("creating a project folder: %w", err)
			}
			defer os.RemoveAll(project)
			pom := filepath.Join(project, "pom.xml")
			if err := os.WriteFile(pom, kafka.POM, 0o644); err != nil {
				return fmt.Errorf("writing the project file: %w", err)
			}
			return Run(ctx, project, "mvn", "--batch-mode", "--quiet", "-f", pom, "dependency:copy-dependencies",
				"-Dkafka.version="+version, "-DincludeScope=runtime", "-DoutputDirectory="+staging)
		})
	})
}
