package lab

import (
	"fmt"
	"net"
	"strconv"
)

// PortError says that a port is taken and how to choose another.
type PortError struct {
	Port    int
	Purpose string // what wanted it
	Choose  string // how to choose another, a whole phrase
}

func (e *PortError) Error() string {
	text := fmt.Sprintf("port %d, wanted for %s, is taken", e.Port, e.Purpose)
	if e.Choose != "" {
		text += ": " + e.Choose
	}
	return text
}

// CheckPort fails with a *PortError when something listens on the port of a local address.
func CheckPort(port int, purpose, choose string) error {
	for _, host := range []string{"127.0.0.1", ""} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			return &PortError{Port: port, Purpose: purpose, Choose: choose}
		}
		l.Close()
	}
	return nil
}

// FreePorts gives n different ports that nothing listens on. They are free at the moment of the call; nobody reserves them.
func FreePorts(n int) ([]int, error) {
	ports := make([]int, 0, n)
	listeners := make([]net.Listener, 0, n)
	defer func() {
		for _, l := range listeners {
			l.Close()
		}
	}()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("finding a free port: %w", err)
		}
		listeners = append(listeners, l)
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
