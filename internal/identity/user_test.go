package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestUsersAreAddedChangedAndRemoved(t *testing.T) {
	c := &clock{at: time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)}
	dir := t.TempDir()
	u := users(t, dir, c)
	for name, want := range map[string]error{"": ErrUserName, "-a": ErrUserName, "Ann": ErrUserName, "a b": ErrUserName, "ann@x": ErrUserName, strings.Repeat("a", 65): ErrUserName} {
		if err := u.Add(name, goodPassword, []string{"local"}); !errors.Is(err, want) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := u.Add("ann", "short", []string{"local"}); !errors.Is(err, ErrPassword) {
		t.Error(err)
	}
	if err := u.Add("ann", goodPassword, nil); !errors.Is(err, ErrNoRole) {
		t.Error(err)
	}
	for _, name := range []string{"carl", "ann", "bob"} {
		if err := u.Add(name, goodPassword, []string{"local"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := u.Add("bob", goodPassword, []string{"local"}); !errors.Is(err, ErrUserExists) {
		t.Error(err)
	}
	if err := u.addFirst("zoe", goodPassword, []string{"local"}); !errors.Is(err, ErrUserExists) {
		t.Errorf("a first one beside others: %v", err)
	}
	// Another program, as sightglass user is one beside the server, sees and changes the same.
	other := users(t, dir, c)
	if err := other.Remove("bob"); err != nil {
		t.Fatal(err)
	}
	if err := other.SetPassword("carl", "another good password"); err != nil {
		t.Fatal(err)
	}
	list, err := u.List()
	if err != nil || len(list) != 2 || list[0].Name != "ann" || list[1].Name != "carl" || list[0].Account == list[1].Account {
		t.Fatalf("%+v %v", list, err)
	}
	if matches(list[1].Hash, goodPassword) || !matches(list[1].Hash, "another good password") {
		t.Error("the password did not change")
	}
	if err := errors.Join(u.Remove("bob"), u.SetPassword("bob", goodPassword)); !errors.Is(err, ErrNoUser) {
		t.Error(err)
	}
	info, err := os.Stat(filepath.Join(dir, UsersFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, UsersFile))
	if err != nil || strings.Contains(string(raw), goodPassword) || !json.Valid(raw) {
		t.Errorf("%v\n%s", err, raw)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 { // and the lock
		t.Errorf("%v %v", entries, err)
	}
}

func TestManyProgramsChangeUsersAtOnce(t *testing.T) {
	c := &clock{at: time.Now()}
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if err := users(t, dir, c).Add(fmt.Sprintf("user-%d", i), goodPassword, []string{"local"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if list, err := users(t, dir, c).List(); err != nil || len(list) != 12 {
		t.Errorf("%d users, %v", len(list), err)
	}
}

func TestAFileOfUsersThatIsNoneLetsNobodyIn(t *testing.T) {
	for what, text := range map[string]string{
		"nothing": "", "no object": "[]", "another version": `{"version":2,"users":[]}`, "more than there is": `{"version":1,"users":[],"x":1}`,
		"no order": `{"version":1,"users":[{"name":"b","account":"1","roles":[],"password":"","changed":"2026-01-01T00:00:00Z"},{"name":"a","account":"2","roles":[],"password":"","changed":"2026-01-01T00:00:00Z"}]}`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, UsersFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		u := users(t, dir, &clock{})
		if _, err := u.List(); err == nil {
			t.Errorf("%s: taken", what)
		}
		if err := u.Add("ann", goodPassword, []string{"local"}); err == nil {
			t.Errorf("%s: overwritten", what)
		}
		if _, err := New(Options{Users: u, Now: time.Now}); err == nil {
			t.Errorf("%s: a server starts with it", what)
		}
	}
}

func TestPasswordsAreHashedAsTheStandardRecommends(t *testing.T) {
	written, err := hashPassword("pässword with ümlauts", ofNow)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(written, "$argon2id$v=19$m=65536,t=3,p=4$") {
		t.Errorf("RFC 9106's second recommended choice is m=65536, t=3, p=4: %s", written)
	}
	if !matches(written, "pa\u0308ssword with u\u0308mlauts") {
		t.Error("the same text, typed on another keyboard, is another password")
	}
	if matches(written, "password with umlauts") {
		t.Error("another password matches")
	}
	again, err := hashPassword("pässword with ümlauts", ofNow)
	if err != nil || again == written {
		t.Error("two hashes of one password are equal: no salt")
	}
	if decoy := newDecoy(ofNow); matches(decoy, "") || matches(decoy, goodPassword) {
		t.Error("the decoy has a password")
	}
	c, salt, hash, err := parseHash(newDecoy(ofNow))
	if err != nil || c != ofNow || len(salt) != saltBytes || len(hash) != hashBytes {
		t.Errorf("the decoy costs something else: %+v %v", c, err)
	}
	for _, bad := range []string{"12345678901", strings.Repeat("x", 257), "not utf-8 \xff\xff\xff\xff"} {
		if _, err := hashPassword(bad, cheap); !errors.Is(err, ErrPassword) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if one, other := NewPassword(), NewPassword(); len(one) < 20 || one == other {
		t.Error("made passwords can be guessed")
	}
}

func FuzzParseHash(f *testing.F) {
	good, err := hashPassword(goodPassword, cheap)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("$argon2id$v=19$m=65536,t=3,p=4$$")
	f.Add("$argon2id$v=19$m=4294967295,t=4294967295,p=255$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, text string) {
		c, salt, hash, err := parseHash(text)
		if err == nil && (c.memory > mostMemory || c.time > 100 || c.lanes == 0 || len(salt) == 0 || len(hash) == 0) {
			t.Errorf("%q asks for %+v", text, c)
		}
	})
}
