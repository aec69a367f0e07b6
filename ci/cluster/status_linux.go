package main

import "github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/controlplane"

// status prints what runs.
func (s *source) status() error {
	running, err := s.plane.Running()
	if err != nil {
		return err
	}
	word := map[bool]string{true: "running", false: "not running"}
	for _, name := range controlplane.Names() {
		s.out.Printf("%-26s %s", name, word[running[name]])
	}
	nodes, err := s.known()
	if err != nil {
		return err
	}
	for _, n := range nodes {
		up, err := n.Running()
		if err != nil {
			return err
		}
		s.out.Printf("%-26s %-12s %s", n.Name(), word[up], n.IP())
	}
	return nil
}
