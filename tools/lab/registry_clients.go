package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// InstallKafkaJSRegistry makes <cache>/kafkajs-registry-<version>, KafkaJS's client of schema registries, unless it is there, and gives the folder of
// modules for NODE_PATH.
func (l *Lab) InstallKafkaJSRegistry(ctx context.Context) (modules string, err error) {
	version := l.Versions["KAFKAJS_REGISTRY"]
	dir := filepath.Join(l.Cache, "kafkajs-registry-"+version)
	return filepath.Join(dir, "node_modules"), l.installOnce(ctx, dir, func(staging string) error {
		return l.Step("installing @kafkajs/confluent-schema-registry "+version, func() error {
			return Run(ctx, staging, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefix", staging,
				"@kafkajs/confluent-schema-registry@"+version)
		})
	})
}

// springRegistry is the project whose jars are Spring's client.
const springRegistry = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>io.sightglass.lab</groupId><artifactId>spring-registry</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.springframework.cloud</groupId><artifactId>spring-cloud-schema-registry-client</artifactId><version>${client.version}</version></dependency>
  </dependencies>
</project>
`

// InstallSpringRegistry makes <cache>/spring-registry-<version>, Spring's Java client of schema registries with what it needs, unless it is there, and
// gives the folder of jars.
func (l *Lab) InstallSpringRegistry(ctx context.Context) (jars string, err error) {
	version := l.Versions["SPRING_REGISTRY"]
	jars = filepath.Join(l.Cache, "spring-registry-"+version)
	return jars, l.installOnce(ctx, jars, func(staging string) error {
		return l.Step("installing spring-cloud-schema-registry-client "+version, func() error {
			project, err := os.MkdirTemp(l.Cache, "spring-project-")
			if err != nil {
				return fmt.Errorf("creating a project folder: %w", err)
			}
			defer os.RemoveAll(project)
			pom := filepath.Join(project, "pom.xml")
			if err := os.WriteFile(pom, []byte(springRegistry), 0o644); err != nil {
				return fmt.Errorf("writing the project file: %w", err)
			}
			return Run(ctx, project, "mvn", "--batch-mode", "--quiet", "-f", pom, "dependency:copy-dependencies",
				"-Dclient.version="+version, "-DincludeScope=runtime", "-DoutputDirectory="+staging)
		})
	})
}
