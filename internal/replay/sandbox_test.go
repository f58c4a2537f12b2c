package replay

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/sandbox"
)

// TestMain is the binary's hidden verb when a test starts it as that.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Verb {
		fmt.Fprintln(os.Stderr, sandbox.Enter(os.Args[2:], []string{"LANG=C.UTF-8"}))
		os.Exit(9)
	}
	os.Exit(m.Run())
}

// userCode does what a job's function might, and says what came of it.
const userCode = `
import java.io.*;
import java.net.*;
import java.nio.file.*;

public class UserCode {
  interface Deed { void run() throws Exception; }

  static void attempt(String what, Deed deed) {
    String came = "done";
    try { deed.run(); } catch (Exception e) { came = "denied"; }
    System.out.println(what + " " + came);
  }

  public static void main(String[] a) {
    attempt("write", () -> Files.writeString(Path.of("tmp", "x"), "x"));
    attempt("write-outside", () -> Files.writeString(Path.of(a[0], "x"), "x"));
    attempt("read-outside", () -> Files.readString(Path.of(a[0], "secret")));
    attempt("connect", () -> new Socket("127.0.0.1", Integer.parseInt(a[1])).close());
    attempt("connect-elsewhere", () -> new Socket("127.0.0.1", Integer.parseInt(a[2])).close());
    attempt("datagram", () -> new DatagramSocket().close());
    attempt("process", () -> new ProcessBuilder("/bin/sh", "-c", "true").start());
    System.out.println("environment " + System.getenv().size());
  }
}
`

func TestAJVMInTheSandboxWritesAndConnectsNowhereElse(t *testing.T) {
	if _, err := sandbox.Offered(); err != nil {
		t.Logf("nothing to try on this machine: %v", err)
		return
	}
	j, err := findJava(context.Background(), "", os.Getenv("JAVA_HOME"))
	if err != nil {
		t.Fatal(err)
	}
	if major(j.version) < 11 {
		t.Fatalf("Java 11 or newer is wanted, this is %s", j.version)
	}
	listen := func() net.Addr {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l.Addr()
	}
	open, closed := listen(), listen()
	dir, outside := t.TempDir(), t.TempDir()
	for path, content := range map[string]string{filepath.Join(dir, "UserCode.java"): userCode, filepath.Join(outside, "secret"): "s"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{JavaHome: j.home, JavaRead: j.outside}
	port := func(a net.Addr) string { return fmt.Sprint(a.(*net.TCPAddr).Port) }
	line, err := sandbox.Command(self, o.bounds(dir, open), []string{
		j.program, "-XX:-UsePerfData", "-Djava.io.tmpdir=" + filepath.Join(dir, "tmp"), filepath.Join(dir, "UserCode.java"), outside, port(open), port(closed),
	})
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(line[0], line[1:]...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for what, want := range map[string]string{
		"write": "done", "connect": "done", "environment": "1", "write-outside": "denied", "read-outside": "denied", "connect-elsewhere": "denied",
		"datagram": "denied", "process": "denied",
	} {
		if !strings.Contains("\n"+string(out), "\n"+what+" "+want+"\n") {
			t.Errorf("%s: not %s\n%s", what, want, out)
		}
	}
}

func TestFlinksJarsAreLookedForByVersion(t *testing.T) {
	dir := t.TempDir()
	home := func(path, version string, jar ...string) {
		lib := filepath.Join(dir, path, "lib")
		if err := os.MkdirAll(lib, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{cmp.Or(strings.Join(jar, ""), "flink-dist-") + version + ".jar", "log4j.jar"} {
			if err := os.WriteFile(filepath.Join(lib, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	home("homes/flink-2.3.0", "2.3.0")
	home("homes/flink-1.20.5/pyflink", "1.20.5") // as pip makes it
	home("one", "1.19.0")
	home("homes/flink-9.9.9", "1.0.0")                   // its name lies
	home("homes/flink-2.2.0", "2.2.0", "flink-runtime-") // as Maven copies it
	homes, one := filepath.Join(dir, "homes"), filepath.Join(dir, "one")
	for _, c := range []struct{ setting, env, version, want string }{
		{homes, "", "2.3.0", "homes/flink-2.3.0"}, {homes, "", "1.20.5", "homes/flink-1.20.5/pyflink"}, {homes, one, "1.19.0", "one"}, {one, "", "1.19.0", "one"},
		{homes, "", "2.2.0", "homes/flink-2.2.0"}, {homes, one, "9.9.9", ""}, {"", "", "2.3.0", ""}, {one, "", "2.3.0", ""},
	} {
		got, ok := findFlink(c.setting, c.env, c.version)
		if ok != (c.want != "") || ok && (got.dir != filepath.Join(dir, c.want) || len(got.jars) != 2) {
			t.Errorf("%+v: %+v, %v", c, got, ok)
		}
	}
}

func TestVersionsOfJava(t *testing.T) {
	for version, want := range map[string]int{"17.0.15": 17, "1.8.0_402": 8, "21": 21, "22-ea": 22, "": 0, "x": 0} {
		if got := major(version); got != want {
			t.Errorf("%q: %d, want %d", version, got, want)
		}
	}
}

func TestLocalesAreSet(t *testing.T) {
	for tag, want := range map[string]string{
		"en-US": "-Duser.language=en -Duser.country=US", "de": "-Duser.language=de", "zh-Hant-TW": "-Duser.language=zh -Duser.script=Hant -Duser.country=TW",
		"": "", "und": "", "en-US-u-ca-buddhist": "-Duser.language=en -Duser.country=US",
	} {
		if got := strings.Join(localeArgs(tag), " "); got != want {
			t.Errorf("%q: %s", tag, got)
		}
	}
}
