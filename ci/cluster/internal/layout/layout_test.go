package layout

import (
	"net/netip"
	"testing"
)

func TestClustersDoNotOverlap(t *testing.T) {
	ports := map[int]int{}
	var networks []netip.Prefix
	for id := range MaxID + 1 {
		l := Layout{ID: id}
		for _, port := range []int{l.APIPort(), l.EtcdPort(), l.EtcdPeerPort()} {
			if other, taken := ports[port]; taken {
				t.Errorf("clusters %d and %d both listen on port %d", other, id, port)
			}
			ports[port] = id
		}
		networks = append(networks, l.HostPrefix().Masked(), l.PodCIDR(), l.ServiceCIDR())
	}
	for i, a := range networks {
		for _, b := range networks[i+1:] {
			if a.Overlaps(b) {
				t.Errorf("%s and %s overlap", a, b)
			}
		}
	}
}

func TestNodesLieInTheirClustersNetworks(t *testing.T) {
	l := Layout{ID: 3}
	if !l.ServiceCIDR().Contains(l.APIServiceIP()) || !l.ServiceCIDR().Contains(l.DNSServiceIP()) {
		t.Errorf("%s and %s must lie in %s", l.APIServiceIP(), l.DNSServiceIP(), l.ServiceCIDR())
	}
	for _, n := range []Node{l.Node(1), l.Node(MaxNodes)} {
		if !n.HostPrefix().Contains(n.IP()) || n.IP() == n.HostIP() {
			t.Errorf("%s has %s, outside of %s or the host's own", n.Name(), n.IP(), n.HostPrefix())
		}
		if !n.PodCIDR().Overlaps(n.Pods()) {
			t.Errorf("%s has pods in %s, outside of %s", n.Name(), n.Pods(), n.PodCIDR())
		}
		// The kernel takes 15 characters.
		if len(n.Link()) > 15 || len(n.Bridge()) > 15 {
			t.Errorf("interface names %q, %q are too long", n.Link(), n.Bridge())
		}
	}
}
