package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// In a namespace where everything is denied the stack comes up, sees all of its
// targets and delivers an alert. Users whom the values name reach its pages;
// nobody else reaches anything.
func TestDefaultDeny(t *testing.T) {
	if os.Getenv("E2E_NETWORK_POLICIES") == "" {
		t.Skip("E2E_NETWORK_POLICIES is not set: nobody says that this cluster enforces NetworkPolicies (NETWORK_POLICIES=1 make up e2e)")
	}
	t.Parallel()
	c := connect(t)
	i := c.second(t, "kube-monitoring-stack", map[string]string{"pod-security.kubernetes.io/enforce": "privileged"})
	users, strangers := c.team(t), c.team(t)
	c.enforces(t, strangers)
	c.denyAll(t, i.namespace)
	i.up(t, "default-deny", "--set", "blackboxExporter.enabled=false",
		"--set", "networkPolicy.apiServerPorts={443,"+c.apiServerPort(t)+"}",
		"--set", `networkPolicy.clients[0].namespaceSelector.matchLabels.kubernetes\.io/metadata\.name=`+users)
	i.must(t, "test", i.release, "--timeout", "3m") // all targets are up, and the Watchdog alert has arrived

	pages, inner := i.doors(t)
	for _, door := range c.knock(t, users, append(slices.Clone(pages), inner...)) {
		if door.open != slices.Contains(pages, door.address) {
			t.Errorf("a user at %s: open is %v; it was told %q", door.address, door.open, door.said)
		}
	}
	for _, door := range c.knock(t, strangers, append(slices.Clone(pages), inner...)) {
		if door.open {
			t.Errorf("a stranger at %s was let in, and told %q", door.address, door.said)
		}
	}
	t.Logf("users reach %v, strangers neither these nor %v", pages, inner)
}

// apiServerPort is where the API server listens behind its Service: of several
// clusters on a machine only the first has 6443.
func (c *cluster) apiServerPort(t *testing.T) string {
	t.Helper()
	behind, err := c.client.DiscoveryV1().EndpointSlices("default").List(t.Context(), metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=kubernetes"})
	if err != nil || len(behind.Items) == 0 || len(behind.Items[0].Ports) == 0 || behind.Items[0].Ports[0].Port == nil {
		t.Fatalf("the API server's Service has no port behind it: %v", err)
	}
	return strconv.Itoa(int(*behind.Items[0].Ports[0].Port))
}

// doors are the ports of the release's pods outside the node's network: pages,
// which are for users, and all others.
func (i *install) doors(t *testing.T) (pages, inner []string) {
	t.Helper()
	list, err := i.client.CoreV1().Pods(i.namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/instance=" + i.release})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list.Items {
		if p.Spec.HostNetwork || p.Status.Phase != corev1.PodRunning {
			continue // its ports are the node's, which no NetworkPolicy is about
		}
		component := p.Labels["app.kubernetes.io/component"]
		for _, c := range slices.Concat(p.Spec.InitContainers, p.Spec.Containers) {
			for _, port := range c.Ports {
				if port.Protocol == corev1.ProtocolUDP {
					continue
				}
				door := net.JoinHostPort(p.Status.PodIP, strconv.Itoa(int(port.ContainerPort)))
				if component == "server" && port.ContainerPort == 9090 || component == "alertmanager" && port.ContainerPort == 9093 {
					pages = append(pages, door)
				} else {
					inner = append(inner, door)
				}
			}
		}
	}
	if len(pages) != 2 || len(inner) < 4 {
		t.Fatalf("pages at %v, and %v", pages, inner)
	}
	return pages, inner
}

// enforces skips the test where nothing enforces NetworkPolicies: a door is shut
// by one that was open before.
func (c *cluster) enforces(t *testing.T, ns string) {
	t.Helper()
	here := c.team(t)
	c.receiver(t, here)
	pod, err := c.client.CoreV1().Pods(here).Get(t.Context(), "receiver", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	door := net.JoinHostPort(pod.Status.PodIP, "8080")
	if got := c.knock(t, ns, []string{door}); !got[0].open {
		t.Fatalf("a pod is not reached without any NetworkPolicy: %s", got[0].said)
	}
	c.denyAll(t, here)
	for range 5 { // it may take a moment
		if got := c.knock(t, ns, []string{door}); !got[0].open {
			return
		}
	}
	if os.Getenv("E2E_NETWORK_POLICIES") != "" {
		t.Fatal("this cluster is to enforce NetworkPolicies, and does not")
	}
	t.Skip("this cluster does not enforce NetworkPolicies: a pod that one shuts off still answers")
}

// denyAll lets nothing into or out of the pods of a namespace.
func (c *cluster) denyAll(t *testing.T, ns string) {
	t.Helper()
	_, err := c.client.NetworkingV1().NetworkPolicies(ns).Create(t.Context(), &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "deny-all"},
		Spec:       networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

// door is an address as somebody found it.
type door struct {
	address, said string
	open          bool
}

// knock asks addresses from a pod of its own in a namespace, a container for each,
// for some seconds: who enforces policies has to hear of the pod first. What the last
// answer was counts, and whatever is answered counts as open, since not everything
// behind the doors speaks HTTP.
func (c *cluster) knock(t *testing.T, ns string, addresses []string) []door {
	t.Helper()
	nonRoot, no := true, false
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "knock-"},
		Spec:       corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, AutomountServiceAccountToken: &no},
	}
	for n, a := range addresses {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{
			Name: fmt.Sprintf("at-%d", n), Image: c.kmonImage(t), Args: []string{"test", "--server=http://" + a, "--timeout=10s"},
			SecurityContext: &corev1.SecurityContext{RunAsNonRoot: &nonRoot, AllowPrivilegeEscalation: &no},
		})
	}
	api := c.client.CoreV1().Pods(ns)
	pod, err := api.Create(t.Context(), pod, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	await(t, 4*time.Minute, 200*time.Millisecond, "an answer or none", func(ctx context.Context) error {
		p, err := api.Get(ctx, pod.Name, metav1.GetOptions{})
		if err == nil && p.Status.Phase != corev1.PodSucceeded && p.Status.Phase != corev1.PodFailed {
			err = fmt.Errorf("the pod is %s: %v", p.Status.Phase, waiting(p))
		}
		return err
	})
	var out []door
	for n, a := range addresses {
		said, err := api.GetLogs(pod.Name, &corev1.PodLogOptions{Container: fmt.Sprintf("at-%d", n)}).DoRaw(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d := door{address: a, said: strings.TrimSpace(string(said))}
		d.open = !strings.Contains(d.said, "dial tcp") && !strings.Contains(d.said, "deadline exceeded")
		out = append(out, d)
	}
	return out
}
