// Package layout says where a cluster keeps its files and which names and
// addresses it uses. Everything is derived from a directory and a small
// number, so that clusters with different ones can run side by side. It does
// no I/O.
package layout

import (
	"fmt"
	"net/netip"
	"path/filepath"
)

// MaxID is the highest cluster number whose address ranges are distinct.
const MaxID = 9

// MaxNodes is how many nodes the address plan has room for.
const MaxNodes = 200

// Layout is the plan of one cluster.
type Layout struct {
	// Dir holds everything the cluster writes, an absolute path.
	Dir string
	// ID, 0 to MaxID, keeps the names, ports and address ranges of clusters
	// on one machine apart.
	ID int
}

// Run is the directory of what lives and dies with the cluster.
func (l Layout) Run() string { return filepath.Join(l.Dir, "run") }

// Bin is the directory of built programs, which outlives the cluster.
func (l Layout) Bin(name string) string { return filepath.Join(l.Dir, "bin", name) }

// Src is the directory in which a program is built.
func (l Layout) Src(name string) string { return filepath.Join(l.Dir, "src", name) }

// Images is the directory of image archives.
func (l Layout) Images() string { return filepath.Join(l.Dir, "images") }

// PKI is the path of a certificate or key.
func (l Layout) PKI(file string) string { return filepath.Join(l.Run(), "pki", file) }

// Log is the path of the log of a process on the host or of a build.
func (l Layout) Log(name string) string { return filepath.Join(l.Dir, "log", name+".log") }

// Lock is the file that a command which changes the cluster locks.
func (l Layout) Lock() string { return filepath.Join(l.Dir, "lock") }

// Kubeconfig is the administrator's.
func (l Layout) Kubeconfig() string { return filepath.Join(l.Dir, "kubeconfig") }

// ComponentKubeconfig is the one a component of the control plane uses.
func (l Layout) ComponentKubeconfig(name string) string {
	return filepath.Join(l.Run(), name+".kubeconfig")
}

// Volumes holds the provisioned volumes, one directory each.
func (l Layout) Volumes() string { return filepath.Join(l.Run(), "volumes") }

// EtcdData is etcd's data directory.
func (l Layout) EtcdData() string { return filepath.Join(l.Run(), "etcd") }

// Sysctls is the file that remembers the kernel settings found before the cluster
// changed them.
func (l Layout) Sysctls() string { return filepath.Join(l.Run(), "sysctls.json") }

// Bridge is the network interface that the nodes hang on.
func (l Layout) Bridge() string { return fmt.Sprintf("kmon%d", l.ID) }

// HostIP is the host's address on the bridge; the control plane listens on it.
func (l Layout) HostIP() netip.Addr { return netip.AddrFrom4([4]byte{172, byte(30 + l.ID), 0, 1}) }

// HostPrefix is HostIP with the bridge's network.
func (l Layout) HostPrefix() netip.Prefix { return netip.PrefixFrom(l.HostIP(), 24) }

// PodCIDR spans the pods of all nodes.
func (l Layout) PodCIDR() netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(244 - l.ID), 0, 0}), 16)
}

// ServiceCIDR spans the cluster IPs of Services.
func (l Layout) ServiceCIDR() netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(96 + l.ID), 0, 0}), 16)
}

// APIServiceIP is the cluster IP of the Service kubernetes.
func (l Layout) APIServiceIP() netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(96 + l.ID), 0, 1})
}

// DNSServiceIP is the cluster IP of the Service kube-dns.
func (l Layout) DNSServiceIP() netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(96 + l.ID), 0, 10})
}

// APIPort is the API server's port on the loopback and the bridge address.
func (l Layout) APIPort() int { return 6443 + l.ID }

// EtcdPort is etcd's client port, on the loopback address only: whoever can
// write to etcd owns the cluster, and pods reach the bridge address.
func (l Layout) EtcdPort() int { return 2379 + 10*l.ID }

// EtcdPeerPort is etcd's port for a second member, which there never is.
func (l Layout) EtcdPeerPort() int { return l.EtcdPort() + 1 }

// EtcdMetricsPort serves etcd's metrics and health on the bridge address.
const EtcdMetricsPort = 2381

// APIServerURL is the API server as programs on the host see it.
func (l Layout) APIServerURL() string { return fmt.Sprintf("https://127.0.0.1:%d", l.APIPort()) }

// APIServerURLFromNodes is the API server as nodes see it.
func (l Layout) APIServerURLFromNodes() string {
	return fmt.Sprintf("https://%s:%d", l.HostIP(), l.APIPort())
}
