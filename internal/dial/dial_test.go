package dial

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestAddressesThatTellMachinesAboutThemselvesAreRefused(t *testing.T) {
	for address, refused := range map[string]bool{
		"169.254.169.254:80": true, "169.254.0.1:443": true, "[fe80::1]:80": true, "[fe80::1%eth0]:80": true, "[::ffff:169.254.169.254]:80": true, "224.0.0.1:80": true,
		"0.0.0.0:80": true, "[::]:80": true, "[fd00:ec2::254]:80": true, "[fd20:ce::254]:80": true, "100.100.100.200:80": true,
		"127.0.0.1:80": false, "[::1]:80": false, "10.0.0.7:443": false, "192.168.1.1:443": false, "[fd00::1]:443": false, "100.100.100.201:80": false, "203.0.113.7:443": false,
	} {
		if err := refuse("tcp", address, nil); errors.Is(err, ErrLinkLocal) != refused {
			t.Errorf("%s: %v", address, err)
		}
	}
	if refuse("tcp", "name:80", nil) == nil {
		t.Error("what is no address is connected to")
	}
}

func TestRedirectsAreLookedAt(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
		}
	}))
	defer s.Close()
	client := &http.Client{Transport: Transport(time.Minute)}
	answer, err := client.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer, err := client.Get(s.URL + "/away"); !errors.Is(err, ErrLinkLocal) {
		if err == nil {
			answer.Body.Close()
		}
		t.Errorf("got %v", err)
	}
}
