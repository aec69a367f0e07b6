//go:build linux

// Package hostnet connects the nodes with the host: a bridge, a virtual cable to
// each node, and routes to pods and Services. All of it hangs on the bridge and on the
// nodes' namespaces, so removing these leaves nothing.
package hostnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
)

// EnsureBridge makes the bridge and gives the host its address on it.
func EnsureBridge(name string, host netip.Prefix) error {
	link, err := netlink.LinkByName(name)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		attrs := netlink.NewLinkAttrs()
		attrs.Name = name
		link = &netlink.Bridge{LinkAttrs: attrs}
		err = netlink.LinkAdd(link)
	}
	if err != nil {
		return fmt.Errorf("bridge %s: %w", name, err)
	}
	if err := netlink.AddrReplace(link, &netlink.Addr{IPNet: ipNet(host)}); err != nil {
		return fmt.Errorf("bridge %s: address %s: %w", name, host, err)
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return fmt.Errorf("bridge %s: %w", name, err)
	}
	return nil
}

// Plug lays a cable from the bridge to the network namespace of a process, where
// its end is called eth0.
func Plug(bridge, cable string, pid int) error {
	// A cable of a node that was killed goes with its namespace, but not at once.
	if err := Remove(cable); err != nil {
		return err
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name = cable
	veth := &netlink.Veth{LinkAttrs: attrs, PeerName: "eth0", PeerNamespace: netlink.NsPid(pid)}
	if err := netlink.LinkAdd(veth); err != nil {
		return fmt.Errorf("cable %s: %w", cable, err)
	}
	master, err := netlink.LinkByName(bridge)
	if err == nil {
		err = netlink.LinkSetMaster(veth, master)
	}
	if err == nil {
		err = netlink.LinkSetUp(veth)
	}
	if err != nil {
		return fmt.Errorf("cable %s to bridge %s: %w", cable, bridge, err)
	}
	return nil
}

// ConfigureEnd sets up the node's end of the cable and the loopback interface. It
// runs in the node's network namespace.
func ConfigureEnd(address netip.Prefix, gateway netip.Addr) error {
	for _, name := range []string{"lo", "eth0"} {
		link, err := netlink.LinkByName(name)
		if err != nil {
			return fmt.Errorf("interface %s: %w", name, err)
		}
		if name == "eth0" {
			if err := netlink.AddrReplace(link, &netlink.Addr{IPNet: ipNet(address)}); err != nil {
				return fmt.Errorf("interface %s: address %s: %w", name, address, err)
			}
		}
		if err := netlink.LinkSetUp(link); err != nil {
			return fmt.Errorf("interface %s: %w", name, err)
		}
	}
	if err := netlink.RouteReplace(&netlink.Route{Gw: gateway.AsSlice()}); err != nil {
		return fmt.Errorf("default route via %s: %w", gateway, err)
	}
	return nil
}

// Route sends traffic for a network through a node.
func Route(to netip.Prefix, via netip.Addr) error {
	if err := netlink.RouteReplace(&netlink.Route{Dst: ipNet(to), Gw: via.AsSlice()}); err != nil {
		return fmt.Errorf("route %s via %s: %w", to, via, err)
	}
	return nil
}

// Remove removes an interface, and with it its addresses and routes. That there is none
// is fine.
func Remove(name string) error {
	link, err := netlink.LinkByName(name)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return nil
	}
	if err == nil {
		err = netlink.LinkDel(link)
	}
	if err != nil && !errors.As(err, &netlink.LinkNotFoundError{}) {
		return fmt.Errorf("remove interface %s: %w", name, err)
	}
	return nil
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
