package explain

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// cluster is a Cluster of a few objects; all resources are watched.
type cluster []metav1.Object

func resourceOf(o metav1.Object) string {
	switch o.(type) {
	case *corev1.Pod:
		return "pods"
	case *corev1.Service:
		return "services"
	}
	return "nodes"
}

func (c cluster) Object(resource, namespace, name string) (metav1.Object, bool) {
	for _, o := range c.Objects(resource, namespace) {
		if o.GetName() == name {
			return o, true
		}
	}
	return nil, true
}

func (c cluster) Objects(resource, namespace string) (out []metav1.Object) {
	for _, o := range c {
		if resourceOf(o) == resource && o.GetNamespace() == namespace {
			out = append(out, o)
		}
	}
	return out
}

// api is the pod everyone asks about: it has a port named web.
func api(change ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "payments", Name: "api-0", Labels: map[string]string{"app": "api"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "api", Ports: []corev1.ContainerPort{{Name: "web", ContainerPort: 80}}}}},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: "10.0.0.1",
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
		},
	}
	for _, f := range change {
		f(p)
	}
	return p
}

func service(selector string) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "payments", Name: "api"},
		Spec:       corev1.ServiceSpec{Selector: map[string]string{"app": selector}, Ports: []corev1.ServicePort{{Name: "http"}}},
	}
}

// podGroup is what discovery makes of the pod.
func podGroup(extra ...string) *targetgroup.Group {
	g := &targetgroup.Group{
		Source: "pod/payments/api-0",
		Labels: model.LabelSet{
			"__meta_kubernetes_namespace": "payments", "__meta_kubernetes_pod_name": "api-0",
			"__meta_kubernetes_pod_label_app": "api", "__meta_kubernetes_pod_phase": "Running",
		},
		Targets: []model.LabelSet{{"__address__": "10.0.0.1:80", "__meta_kubernetes_pod_container_port_name": "web"}},
	}
	for i := 0; i < len(extra); i += 2 {
		g.Targets[0][model.LabelName(extra[i])] = model.LabelValue(extra[i+1])
	}
	return g
}

// job makes a job of a drop-in from what its author wrote; the rule that sets
// the job label back comes first, as in every published drop-in.
func job(t *testing.T, namespace, rules string) Job {
	return jobWith(t, namespace, "kubernetes_sd_configs: [{role: pod}]", rules)
}

func jobWith(t *testing.T, namespace, sd, rules string) Job {
	t.Helper()
	ref := dropin.Ref{Namespace: namespace, Name: "job", Key: "job.yaml"}
	name := ref.String() + "/api"
	back := `{source_labels: [job], regex: '` + strings.ReplaceAll(name, ".", `\.`) + `', target_label: job, replacement: api}`
	if rules != "" {
		back += ", " + rules
	}
	c, err := config.Load("scrape_configs: [{job_name: "+name+", "+sd+", relabel_configs: ["+back+"]}]", promslog.NewNopLogger())
	if err != nil {
		t.Fatal(err)
	}
	return Job{Config: c.ScrapeConfigs[0], Owner: &ref}
}

// seeing lets a job see groups through a watch, and admit them or not.
func (j Job) seeing(admits bool, namespaces string, groups ...*targetgroup.Group) Job {
	w := Watch{Found: &Found{groups}, Admits: func(*targetgroup.Group) bool { return admits }}
	if namespaces != "" {
		w.Namespaces = map[string]bool{namespaces: true}
	}
	j.Watches = append(j.Watches, w)
	return j
}

// active lets a job scrape what becomes of a group's first target.
func (j Job) active(t *testing.T, g *targetgroup.Group, err error) Job {
	t.Helper()
	made, failures := scrape.TargetsFromGroup(g, j.Config, nil, labels.NewBuilder(labels.EmptyLabels()))
	if len(failures) > 0 {
		t.Fatal(failures)
	}
	made[0].Report(time.Now(), time.Second, err)
	j.Active = append(j.Active, made[0])
	return j
}

const (
	keepApp  = `{action: keep, source_labels: [__meta_kubernetes_pod_label_app], regex: api}`
	keepPort = `{action: keep, source_labels: [__meta_kubernetes_pod_container_port_name], regex: metrics}`
)
