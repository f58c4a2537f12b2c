package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// tries is how many ports after the wanted one are looked at.
const tries = 20

// listen opens address. When its port is taken and move is set, it takes the next free one; otherwise the error says which
// setting to change.
func listen(ctx context.Context, address, setting string, move bool) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("setting %s: %w", setting, err)
	}
	first, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("setting %s: port %q is no number", setting, port)
	}
	var config net.ListenConfig
	for p := first; ; p++ {
		l, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(p)))
		switch {
		case err == nil:
			return l, nil
		case !errors.Is(err, syscall.EADDRINUSE):
			return nil, fmt.Errorf("listening on %s (setting %s): %w", address, setting, err)
		case !move || p-first >= tries || p == 65535:
			return nil, fmt.Errorf("port %d is taken by another program: stop it, or choose another with --%s %s",
				first, setting, net.JoinHostPort(host, strconv.Itoa(first+1)))
		}
	}
}
