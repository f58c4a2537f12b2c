// Package dial connects to what settings name, and refuses the addresses at which machines are told about themselves.
package dial

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrLinkLocal: an address is link-local, or another one at which a cloud tells a machine about itself, secrets included.
var ErrLinkLocal = errors.New("its address is link-local")

// metadata are such addresses outside of the link-local ranges: of EC2 and Compute Engine over IPv6, and of Alibaba Cloud.
var metadata = map[netip.Addr]bool{
	netip.MustParseAddr("fd00:ec2::254"):   true,
	netip.MustParseAddr("fd20:ce::254"):    true,
	netip.MustParseAddr("100.100.100.200"): true,
}

// Guarded connects within timeout. It looks at addresses after names are resolved, so that no name stands for a refused one, and at each
// connection, so that no redirect leads to one. Private addresses are connected to: what settings name is often there. Errors: ErrLinkLocal.
func Guarded(timeout time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: timeout, Control: refuse}
}

// Transport is http.DefaultTransport with a guarded dialer. A proxy that the environment names is used; then it is the proxy's address that is
// looked at.
func Transport(timeout time.Duration) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = Guarded(timeout).DialContext
	return t
}

func refuse(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap().WithZone("")
	if ip.IsLinkLocalUnicast() || ip.IsLinkLocalMulticast() || ip.IsUnspecified() || metadata[ip] {
		return ErrLinkLocal
	}
	return nil
}
