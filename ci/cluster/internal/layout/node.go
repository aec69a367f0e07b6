package layout

import (
	"fmt"
	"net/netip"
	"path/filepath"
)

// Node is the plan of one node, numbered from 1.
type Node struct {
	Layout
	Number int
}

// Node returns the plan of node number n.
func (l Layout) Node(n int) Node { return Node{Layout: l, Number: n} }

// Name is the node's name in Kubernetes.
func (n Node) Name() string { return fmt.Sprintf("node-%d", n.Number) }

// IP is the node's address on the bridge.
func (n Node) IP() netip.Addr {
	return netip.AddrFrom4([4]byte{172, byte(30 + n.ID), 0, byte(10 + n.Number)})
}

// Prefix is IP with the bridge's network.
func (n Node) Prefix() netip.Prefix { return netip.PrefixFrom(n.IP(), n.HostPrefix().Bits()) }

// Pods is the node's share of the pod network.
func (n Node) Pods() netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(244 - n.ID), byte(n.Number), 0}), 24)
}

// Link is the host's end of the node's cable.
func (n Node) Link() string { return fmt.Sprintf("kmon%d-%d", n.ID, n.Number) }

// Cgroup is the node's cgroup in each hierarchy of the host.
func (n Node) Cgroup() string { return fmt.Sprintf("kmon%d-%s", n.ID, n.Name()) }

// Cgroups matches the cgroups of all nodes.
func (l Layout) Cgroups() string { return fmt.Sprintf("kmon%d-node-*", l.ID) }

// Path is a file or directory of the node.
func (n Node) Path(elem ...string) string {
	return filepath.Join(append([]string{n.Run(), n.Name()}, elem...)...)
}

// LogPath is the log of a program of the node, or of its first process.
func (n Node) LogPath(program string) string { return n.Log(n.Name() + "-" + program) }
