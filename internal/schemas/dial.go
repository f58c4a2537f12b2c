package schemas

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
)

var (
	errLinkLocal = errors.New("its address is link-local")
	errRedirect  = errors.New("it sends callers to another host")
)

// dialer refuses link-local addresses after names are resolved, so that no name stands for one.
func dialer() *net.Dialer {
	return &net.Dialer{
		Timeout: callTimeout,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			if ip := at.Addr().Unmap(); ip.IsLinkLocalUnicast() || ip.IsLinkLocalMulticast() || ip.IsMulticast() || ip.IsUnspecified() {
				return errLinkLocal
			}
			return nil
		},
	}
}

// sameHost follows a few redirects, all to the scheme and host that was asked: what a caller signs in with is for that host alone.
func sameHost(next *http.Request, before []*http.Request) error {
	first := before[0].URL
	if next.URL.Host != first.Host || next.URL.Scheme != first.Scheme || len(before) > 3 {
		return errRedirect
	}
	return nil
}
