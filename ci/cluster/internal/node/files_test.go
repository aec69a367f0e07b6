//go:build linux

package node

import (
	"encoding/json"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/layout"
)

func TestFilesAreWellFormed(t *testing.T) {
	n := Node{Node: layout.Layout{Dir: "/somewhere with space", ID: 2}.Node(3), PauseImage: "cluster.local/pause:1"}
	kubelet, err := n.render("kubelet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		TLSCertFile string   `json:"tlsCertFile"`
		ClusterDNS  []string `json:"clusterDNS"`
		FailV1      *bool    `json:"failCgroupV1"`
	}
	if err := yaml.Unmarshal(kubelet, &config); err != nil {
		t.Fatalf("kubelet.yaml: %v\n%s", err, kubelet)
	}
	if config.TLSCertFile != "/somewhere with space/run/pki/node-3.crt" || config.ClusterDNS[0] != "10.98.0.10" || config.FailV1 == nil || *config.FailV1 {
		t.Errorf("kubelet.yaml says %+v", config)
	}
	network, err := n.render("cni/10-pods.conflist")
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Plugins []struct {
			IPAM struct{ Ranges [][]struct{ Subnet string } }
		}
	}
	if err := json.Unmarshal(network, &list); err != nil {
		t.Fatalf("10-pods.conflist: %v\n%s", err, network)
	}
	if got := list.Plugins[0].IPAM.Ranges[0][0].Subnet; got != "10.242.3.0/24" {
		t.Errorf("pods get addresses of %s", got)
	}
	for _, file := range []string{"containerd.toml", "resolv.conf", "no-resolver.conf"} {
		if _, err := n.render(file); err != nil {
			t.Error(err)
		}
	}
}
