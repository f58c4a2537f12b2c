package junit

import (
	"fmt"
	"regexp"
	"strings"
)

// Versions of what the pom.xml names beside Flink.
const (
	junitVersion    = "5.13.4"
	surefireVersion = "3.5.3"
)

var flinkVersion = regexp.MustCompile(`^(\d+)\.\d+(\.\d+)?(-[A-Za-z0-9.]+)?$`)

// writePOM writes a pom.xml that runs the test with the job's classes on the class path (property job.classes).
func writePOM(flink string) ([]byte, error) {
	m := flinkVersion.FindStringSubmatch(flink)
	if m == nil {
		return nil, fmt.Errorf("%w: the version of Flink was not recorded, so a pom.xml cannot name it", ErrOptions)
	}
	var b strings.Builder
	err := templates.ExecuteTemplate(&b, "pom.xml.tmpl", struct {
		Flink, JUnit, Surefire string
		StreamingTests         bool // harnesses lie in flink-streaming-java's tests, as until 1.20
	}{flink, junitVersion, surefireVersion, m[1] == "1"})
	return []byte(b.String()), err
}
