package policy

import (
	"strings"
	"testing"
	"time"
)

func TestWhatIsKeptOfAJob(t *testing.T) {
	p, err := Read("retain:\n- {job: \"audit-*\", age: 8760h}\n- {job: noisy, size: 10MiB}\n- {age: 72h, size: 1GiB}\n", Checks{})
	if err != nil {
		t.Fatal(err)
	}
	for job, want := range map[string]struct {
		age  time.Duration
		size int64
	}{"audit-log": {8760 * time.Hour, 1 << 30}, "noisy": {72 * time.Hour, 10 << 20}, "other": {72 * time.Hour, 1 << 30}} {
		if age, size := p.Kept([]string{job, "id"}); age != want.age || size != want.size {
			t.Errorf("%s: %s, %d", job, age, size)
		}
	}
	if age, size := new(Policy).Kept([]string{"x"}); age != 0 || size != 0 {
		t.Errorf("no policy: %s, %d", age, size)
	}
}

func TestMistakesOfRetain(t *testing.T) {
	for text, want := range map[string]string{
		"retain: [{job: x}]": "says nothing", "retain: [{age: soon}]": "no time", "retain: [{size: big}]": "big", "retain: [{keep: true}]": "keep",
		"retain: [{age: 1s}]": "1m0s",
	} {
		if _, err := Read(text, Checks{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
