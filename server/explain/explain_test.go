package explain

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	corev1 "k8s.io/api/core/v1"
)

func TestExplain(t *testing.T) {
	running := cluster{api()}
	g := podGroup()
	fits := job(t, "payments", keepApp)
	for name, c := range map[string]struct {
		ask     string
		objects cluster
		jobs    []Job
		cause   Cause
		says    []string // in the summary, the remedy or a remark
	}{
		"scraped": {
			ask: "payments/api-0", objects: running, jobs: []Job{fits.seeing(true, "", g).active(t, g, nil)},
			cause: Scraped, says: []string{"pod/payments/api-0 is scraped by payments/job/job.yaml/api"},
		},
		"the wrong port name": {
			ask: "payments/api-0", objects: running, jobs: []Job{job(t, "payments", keepApp+","+keepPort).seeing(false, "", g)},
			cause: Dropped, says: []string{
				`job payments/job/job.yaml/api drops it at relabel step 2: keep __meta_kubernetes_pod_container_port_name="web" does not match "metrics"`,
				`Name a port of the container "metrics" (it has web)`,
			},
		},
		"the wrong port name of a Service": {
			ask: "service/payments/api", objects: cluster{api(), service("api")},
			jobs: []Job{jobWith(t, "payments", "kubernetes_sd_configs: [{role: endpointslice}]",
				`{action: keep, source_labels: [__meta_kubernetes_service_name, __meta_kubernetes_endpointslice_port_name], regex: api;metrics}`).
				seeing(true, "", podGroup("__meta_kubernetes_service_name", "api", "__meta_kubernetes_endpointslice_port_name", "http"))},
			cause: Dropped, says: []string{
				`keep __meta_kubernetes_service_name="api", __meta_kubernetes_endpointslice_port_name="http" does not match "api;metrics"`,
				`Name a port of the Service "metrics" (it has http)`,
			},
		},
		"a missing annotation": {
			ask: "payments/api-0", objects: running,
			jobs:  []Job{job(t, "monitoring", `{action: keep, source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape], regex: 'true'}`).seeing(true, "", g)},
			cause: Dropped, says: []string{"step 1: keep __meta_kubernetes_pod_annotation_prometheus_io_scrape (not set)", `Set the annotation prometheus.io/scrape: "true" on the pod`},
		},
		"the wrong label": {
			ask: "payments/api-0", objects: running, jobs: []Job{job(t, "payments", `{action: keep, source_labels: [__meta_kubernetes_pod_label_app], regex: web|shop}`).seeing(false, "", g)},
			cause: Dropped, says: []string{`Give the pod the label app: "web" or "shop"`},
		},
		"a pattern": {
			ask: "payments/api-0", objects: running, jobs: []Job{job(t, "payments", `{action: keep, source_labels: [__meta_kubernetes_pod_label_app], regex: web-.+}`).seeing(true, "", g)},
			cause: Dropped, says: []string{`does not match "web-.+"`},
		},
		"a drop rule": {
			ask: "payments/api-0", objects: running, jobs: []Job{job(t, "payments", keepApp+`, {action: drop, source_labels: [__meta_kubernetes_pod_phase], regex: Running|Failed}`).seeing(true, "", g)},
			cause: Dropped, says: []string{`step 2: drop __meta_kubernetes_pod_phase="Running" matches "Running|Failed"`, "The pod is in phase Running"},
		},
		"a namespace that is not allowed": {
			ask: "payments/api-0", objects: running, jobs: []Job{job(t, "monitoring", keepApp).seeing(true, "monitoring", g)},
			cause: Foreign, says: []string{"does not discover namespace payments, and would keep it otherwise", "dropIns.trustedNamespaces"},
		},
		"not ready": {
			ask: "payments/api-0", objects: cluster{api(func(p *corev1.Pod) { p.Status.Conditions = nil })},
			jobs:  []Job{job(t, "payments", `{action: keep, source_labels: [__meta_kubernetes_pod_ready], regex: 'true'}`).seeing(true, "", podGroup("__meta_kubernetes_pod_ready", "false"))},
			cause: Dropped, says: []string{"readiness probe", "the pod is not ready"},
		},
		"no IP": {
			ask: "payments/api-0", objects: cluster{api(func(p *corev1.Pod) { p.Status.PodIP, p.Status.Phase = "", corev1.PodPending })}, jobs: []Job{fits.seeing(true, "")},
			cause: Unseen, says: []string{"is not scraped: the pod has no IP, its phase is Pending", "kubectl describe pod"},
		},
		"no such pod": {
			ask: "payments/api-9", objects: running, jobs: []Job{fits.seeing(true, "", g)},
			cause: Unseen, says: []string{"there is no such pod"},
		},
		"a container without ports": {
			ask: "payments/api-0", objects: cluster{api(func(p *corev1.Pod) { p.Spec.Containers[0].Ports = nil })},
			jobs:  []Job{fits.seeing(true, "", podGroup("__address__", "10.0.0.1")).active(t, podGroup("__address__", "10.0.0.1"), errors.New("connection refused"))},
			cause: Failing, says: []string{"without success: connection refused", "The address has no port", "container api declares no port"},
		},
		"no address": {
			ask: "payments/api-0", objects: running, jobs: []Job{job(t, "payments", `{target_label: __address__, replacement: ''}`).seeing(true, "", g)},
			cause: Invalid, says: []string{"keeps it, but cannot scrape it: no address"},
		},
		"not taken over yet": {
			ask: "payments/api-0", objects: running, jobs: []Job{fits.seeing(true, "", g)},
			cause: Pending, says: []string{"does not scrape it yet", "could not be started"},
		},
		"a sample limit": {
			ask: "payments/api-0", objects: running, jobs: []Job{fits.seeing(true, "", g).active(t, g, errors.New("sample limit exceeded"))},
			cause: Failing, says: []string{"sample_limit"},
		},
		"a series budget": {
			ask: "payments/api-0", objects: running, jobs: []Job{func() Job {
				j := fits.seeing(true, "", g).active(t, g, nil)
				j.Refused, j.Budget = 7, 100
				return j
			}()},
			cause: Scraped, says: []string{"larger series budget"},
		},
		"a Service without endpoints": {
			ask: "service/payments/api", objects: cluster{api(), service("shop")}, jobs: []Job{jobWith(t, "payments", "kubernetes_sd_configs: [{role: endpointslice}]", "").seeing(true, "")},
			cause: Unseen, says: []string{"the Service has no endpoints: no pod has the labels it selects, app=shop"},
		},
		"a pod behind no Service": {
			ask: "payments/api-0", objects: cluster{api(), service("shop")}, jobs: []Job{jobWith(t, "payments", "kubernetes_sd_configs: [{role: endpointslice}]", "").seeing(true, "")},
			cause: Unseen, says: []string{"no Service selects the pod, and 1 of the jobs"},
		},
		"a selector sent to the API server": {
			ask: "payments/api-0", objects: running, jobs: []Job{jobWith(t, "payments", "kubernetes_sd_configs: [{role: pod, selectors: [{role: pod, label: app=web}]}]", "")},
			cause: Unseen,
		},
		"an address": {
			ask: "10.0.0.1:80", jobs: []Job{fits.seeing(true, "", g).active(t, g, nil)},
			cause: Scraped, says: []string{"10.0.0.1:80 is scraped by"},
		},
		"an address that relabeling makes": {
			ask: "10.0.0.1:99", jobs: []Job{job(t, "payments", `{target_label: __address__, replacement: '10.0.0.1:99'}`).seeing(true, "", g)},
			cause: Pending,
		},
		"another port": {
			ask: "10.0.0.1:81", jobs: []Job{fits.seeing(true, "", g).active(t, g, nil)},
			cause: Unseen, says: []string{"at other ports of the host there are targets: 10.0.0.1:80"},
		},
		"the node's own targets": {
			ask: "node/n1", objects: running, jobs: []Job{fits.seeing(true, "", g)},
			cause: Unseen, says: []string{"there is no such node"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := Parse(c.ask)
			if err != nil {
				t.Fatal(err)
			}
			a := Explain(o, c.jobs, c.objects, Options{All: true})
			if got := a.Jobs[0].Cause; got != c.cause {
				t.Errorf("cause %s, want %s: %s", got, c.cause, a.Jobs[0].Reason)
			}
			if want := c.cause == Scraped || c.cause == Failing; a.Scraped != want {
				t.Errorf("scraped %v, want %v", a.Scraped, want)
			}
			all := strings.Join(append([]string{a.Summary, a.Remedy}, a.Remarks...), "\n")
			for _, s := range c.says {
				if !strings.Contains(all, s) {
					t.Errorf("does not say %q:\n%s", s, all)
				}
			}
		})
	}
}

func TestExplain_NearestFirst(t *testing.T) {
	g := podGroup()
	stranger := job(t, "other", keepPort).seeing(true, "", g)
	near := job(t, "shop", keepApp+","+keepPort).seeing(true, "", g)
	unrouted := job(t, "zoo", `{action: keep, source_labels: [__meta_kubernetes_pod_label_app], regex: web}`).seeing(false, "", g)
	nodes := jobWith(t, "nodes", "kubernetes_sd_configs: [{role: node}]", "")
	foreign := job(t, "far", "").seeing(true, "far", g)
	o, err := Parse("payments/api-0")
	if err != nil {
		t.Fatal(err)
	}
	a := Explain(o, []Job{nodes, stranger, foreign, unrouted, near}, cluster{api()}, Options{})
	var order []string
	for _, j := range a.Jobs {
		order = append(order, j.DropIn.Namespace)
	}
	if want := []string{"shop", "other"}; !slices.Equal(order, want) {
		t.Errorf("listed %v, want %v: those that could match, the nearest first", order, want)
	}
	if d := cmp.Diff(Excluded{Unseen: 1, Foreign: 1, Unrouted: 1}, a.Excluded); d != "" || a.Considered != 5 {
		t.Errorf("%d considered, excluded %s", a.Considered, d)
	}
	if all := Explain(o, []Job{nodes, stranger, foreign, unrouted, near}, cluster{api()}, Options{All: true}); len(all.Jobs) != 5 {
		t.Errorf("%d listed, want all 5", len(all.Jobs))
	}
	for _, name := range []string{"shop/job/job.yaml/api", "shop/job/job.yaml"} {
		if one := Explain(o, []Job{stranger, near}, cluster{api()}, Options{Job: name}); len(one.Jobs) != 1 || one.Jobs[0].DropIn.Namespace != "shop" {
			t.Errorf("job %s: %v", name, one.Jobs)
		}
	}
	if none := Explain(o, []Job{near}, cluster{api()}, Options{Job: "nothing"}); !strings.Contains(none.Summary, "there is no such job") {
		t.Error(none.Summary)
	}
}

func TestExplain_Steps(t *testing.T) {
	g := podGroup()
	g.Targets = append(g.Targets, model.LabelSet{"__address__": "10.0.0.1:81", "__meta_kubernetes_pod_container_port_name": "metrics"})
	j := job(t, "payments", `{source_labels: [__meta_kubernetes_pod_name], target_label: pod}, `+keepPort).seeing(true, "", g)
	o, err := Parse("pod/payments/api-0")
	if err != nil {
		t.Fatal(err)
	}
	a := Explain(o, []Job{j}, cluster{api()}, Options{Verbose: true})
	v := a.Jobs[0]
	if v.Address != "10.0.0.1:81" || len(v.Others) != 1 || v.Others[0].Cause != Dropped {
		t.Fatalf("target %s and %d others, want :81 kept and :80 dropped", v.Address, len(v.Others))
	}
	var numbers []int
	for _, s := range v.Steps {
		numbers = append(numbers, s.Number)
	}
	if want := []int{0, 1, 2}; !slices.Equal(numbers, want) {
		t.Errorf("steps %v, want %v: the author counts from 1", numbers, want)
	}
	if v.DiscoveredLabels.Get("pod") != "" || v.Steps[1].Output.Get("pod") != "api-0" {
		t.Errorf("pod is not what step 1 makes of it: %v", v.Steps[1].Output)
	}
	if v.Labels.Get("job") != "api" || v.Labels.Get("pod") != "api-0" || v.ScrapeURL != "http://10.0.0.1:81/metrics" {
		t.Errorf("%v at %s", v.Labels, v.ScrapeURL)
	}
	if d := v.Others[0].Drop; d == nil || d.Number != 2 || !cmp.Equal(d.Sources, []Value{{"__meta_kubernetes_pod_container_port_name", "web"}}) {
		t.Errorf("drop %+v", d)
	}

	// What is written can be read again, by kmon.
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var back Answer
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(raw), string(again)); d != "" {
		t.Error(d)
	}
}

func TestExplain_Duplicates(t *testing.T) {
	g := podGroup()
	g.Targets = append(g.Targets, model.LabelSet{"__address__": "10.0.0.1:81"})
	j := job(t, "payments", `{target_label: __address__, replacement: '10.0.0.1:9'}`).seeing(true, "", g).active(t, g, nil)
	o, err := Parse("payments/api-0")
	if err != nil {
		t.Fatal(err)
	}
	v := Explain(o, []Job{j}, cluster{api()}, Options{}).Jobs[0]
	if v.Cause != Scraped || v.Others[0].Cause != Duplicate || !strings.Contains(v.Others[0].Reason, "the same target as of 10.0.0.1:80") {
		t.Errorf("%s, and %s: %s", v.Cause, v.Others[0].Cause, v.Others[0].Reason)
	}
	// Two jobs on one target store everything twice.
	k := jobWith(t, "shop", "kubernetes_sd_configs: [{role: pod}]", `{target_label: __address__, replacement: '10.0.0.1:9'}`).seeing(true, "", g).active(t, g, nil)
	if a := Explain(o, []Job{j, k}, cluster{api()}, Options{}); !strings.Contains(a.Summary, ", shop/job/job.yaml/api") || !strings.Contains(strings.Join(a.Remarks, ""), "stored more than once") {
		t.Errorf("%s %v", a.Summary, a.Remarks)
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]Object{
		"a/b":                {Namespace: "a", Name: "b"},
		"pod/a/b":            {Kind: Pod, Namespace: "a", Name: "b"},
		"svc/a/b":            {Kind: Service, Namespace: "a", Name: "b"},
		"Ingress/a/b":        {Kind: Ingress, Namespace: "a", Name: "b"},
		"node/n":             {Kind: Node, Name: "n"},
		"10.0.0.1:80":        {Kind: Address, Name: "10.0.0.1:80"},
		"10.0.0.1":           {Kind: Address, Name: "10.0.0.1"},
		"[::1]:80":           {Kind: Address, Name: "[::1]:80"},
		"db.example.test:80": {Kind: Address, Name: "db.example.test:80"},
	} {
		want.asked = in
		got, err := Parse(in)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "a", "a/", "/a/b", "deployment/a/b", "node/a/b", "a/b/c/d"} {
		if _, err := Parse(in); !errors.Is(err, ErrNoObject) {
			t.Errorf("%q: %v, want ErrNoObject", in, err)
		}
	}
}

func TestExplain_NoNearMiss(t *testing.T) {
	// That a port is named alike does not mean that the job is for the pod.
	j := job(t, "other", `{action: keep, source_labels: [__meta_kubernetes_pod_label_app, __meta_kubernetes_pod_container_port_name], regex: shop;web}`).
		seeing(false, "", podGroup())
	o, err := Parse("payments/api-0")
	if err != nil {
		t.Fatal(err)
	}
	a := Explain(o, []Job{j}, cluster{api()}, Options{})
	if want := "none of the jobs considered (1) is meant for it"; !strings.Contains(a.Summary, want) || len(a.Jobs) != 0 || a.Excluded.Unrouted != 1 {
		t.Errorf("%q with %d jobs, want %q", a.Summary, len(a.Jobs), want)
	}
}

// TestExplain_OwnNamespace has jobs that nothing but their namespace speaks for.
func TestExplain_OwnNamespace(t *testing.T) {
	keepWeb := `{action: keep, source_labels: [__meta_kubernetes_pod_label_app], regex: web}`
	j := job(t, "payments", keepWeb).seeing(false, "", podGroup())
	k := job(t, "payments", keepWeb).seeing(false, "", podGroup())
	o, err := Parse("payments/api-0")
	if err != nil {
		t.Fatal(err)
	}
	if a := Explain(o, []Job{j}, cluster{api()}, Options{}); !strings.Contains(a.Summary, "The nearest: job payments/") || len(a.Jobs) != 1 {
		t.Errorf("%q with %d jobs, want the only job of the namespace", a.Summary, len(a.Jobs))
	}
	if a := Explain(o, []Job{j, k}, cluster{api()}, Options{}); strings.Contains(a.Summary, "nearest") || len(a.Jobs) != 0 || a.Excluded.Unrouted != 2 {
		t.Errorf("%q with %d jobs, want none of two that are equal", a.Summary, len(a.Jobs))
	}
}
