package targets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/logging"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	_ "github.com/kube-monitoring-stack/kube-monitoring-stack/internal/sd"
)

// plant is a Router between a fake API server and a real scrape manager.
type plant struct {
	t      *testing.T
	api    *fake.Clientset
	scrape *scrape.Manager
	router *Router
	tap    *Tap
	others *recorder
}

// recorder is a Discoverer that finds nothing and remembers what it was asked.
type recorder struct {
	mtx  sync.Mutex
	asks []map[string]discovery.Configs
	ch   chan map[string][]*targetgroup.Group
}

func (r *recorder) ApplyConfig(c map[string]discovery.Configs) error {
	r.mtx.Lock()
	defer r.mtx.Unlock()
	r.asks = append(r.asks, c)
	return nil
}

func (r *recorder) SyncCh() <-chan map[string][]*targetgroup.Group { return r.ch }

func newPlant(t *testing.T, objects ...runtime.Object) *plant {
	t.Helper()
	p := &plant{t: t, api: fake.NewClientset(objects...), others: &recorder{ch: make(chan map[string][]*targetgroup.Group)}}
	p.tap = NewTap(prometheus.NewRegistry())
	if _, err := discovery.CreateAndRegisterSDMetrics(p.tap); err != nil {
		t.Fatal(err)
	}
	const interval = 10 * time.Millisecond
	var err error
	p.scrape, err = scrape.NewManager(&scrape.Options{DiscoveryReloadInterval: model.Duration(interval), DiscoveryReloadOnStartup: true},
		promslog.NewNopLogger(), logging.NewJSONFileLogger, nil, nowhere{}, p.tap)
	if err != nil {
		t.Fatal(err)
	}
	log := promslog.NewNopLogger()
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	p.router, err = New(Options{
		Logger: log, Discoverer: p.others, Syncs: p.tap.Syncs(), Interval: interval,
		Events: p.tap.Events(), Failures: p.tap.Failures(),
		Client: func(kubeconfig string) (kubernetes.Interface, error) {
			if kubeconfig == "broken" {
				return nil, errors.New("no such cluster")
			}
			return p.api, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { p.router.Run(ctx) })
	running.Go(func() { _ = p.scrape.Run(p.router.Groups()) })
	t.Cleanup(func() {
		p.scrape.Stop()
		cancel()
		running.Wait()
	})
	return p
}

// nowhere takes samples and forgets them.
type nowhere struct{ storage.AppendableV2 }

func (nowhere) AppenderV2(context.Context) storage.AppenderV2 { return forget{} }

type forget struct{ storage.AppenderV2 }

func (forget) Commit() error   { return nil }
func (forget) Rollback() error { return nil }

func (p *plant) apply(yaml string) []*config.ScrapeConfig {
	p.t.Helper()
	c, err := config.Load("global: {scrape_interval: 1h}\nscrape_configs:\n"+yaml, promslog.NewNopLogger())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.scrape.ApplyConfig(c); err != nil {
		p.t.Fatal(err)
	}
	if err := p.router.Apply(p.t.Context(), c.ScrapeConfigs); err != nil {
		p.t.Fatal(err)
	}
	return c.ScrapeConfigs
}

// targets waits until a job has n targets.
func (p *plant) targets(job string, n int) {
	p.t.Helper()
	var got []*scrape.Target
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if got = p.scrape.TargetsActive()[job]; len(got) == n {
			return
		}
	}
	p.t.Fatalf("%s has targets %v, want %d", job, got, n)
}

func pod(ns, name, app string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name, Labels: map[string]string{"app": app}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Ports: []corev1.ContainerPort{{ContainerPort: 80}}}}},
		Status:     corev1.PodStatus{PodIP: fmt.Sprintf("10.0.%d.%s", app[0], name[len(name)-1:]), Phase: corev1.PodRunning},
	}
}

func podJob(name, app, sd string) string {
	return fmt.Sprintf(`
- job_name: %s
  kubernetes_sd_configs: [{role: pod %s}]
  relabel_configs:
  - {action: keep, source_labels: [__meta_kubernetes_pod_label_app], regex: %s}
`, name, sd, app)
}

func TestRouter_GivesEachJobItsPods(t *testing.T) {
	p := newPlant(t, pod("a", "web-1", "web"), pod("b", "web-2", "web"), pod("a", "api-1", "api"))
	p.apply(podJob("all-web", "web", "") + podJob("web-of-a", "web", ", namespaces: {names: [a]}") + podJob("api", "api", "") + `
- job_name: fixed
  static_configs: [{targets: [127.0.0.1:1]}]
`)
	p.targets("all-web", 2)
	p.targets("web-of-a", 1)
	p.targets("api", 1)
	p.targets("fixed", 1)
	if n := p.watches("pods"); n != 1 {
		t.Errorf("%d watches for four jobs, want 1", n)
	}

	syncs := p.tap.Syncs()
	idle := func() bool { // nothing is under way any more
		before := syncs("api") + syncs("fixed") + syncs("all-web")
		time.Sleep(200 * time.Millisecond)
		return before == syncs("api")+syncs("fixed")+syncs("all-web")
	}
	for !idle() {
	}
	before := map[string]uint64{"all-web": syncs("all-web"), "web-of-a": syncs("web-of-a"), "api": syncs("api"), "fixed": syncs("fixed")}
	p.create(pod("b", "web-3", "web"))
	p.targets("all-web", 3)
	for !idle() {
	}
	for job, n := range before {
		if changed := syncs(job) != n; changed != (job == "all-web") {
			t.Errorf("%s: %d syncs, had %d; the new pod is of all-web only", job, syncs(job), n)
		}
	}

	if err := p.api.CoreV1().Pods("a").Delete(t.Context(), "web-1", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	p.targets("all-web", 2)
	p.targets("web-of-a", 0)

	// The label moves: the pod leaves one job for another.
	moved := pod("b", "web-3", "api")
	if _, err := p.api.CoreV1().Pods("b").Update(t.Context(), moved, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	p.targets("all-web", 1)
	p.targets("api", 2)

	// New relabeling on old targets.
	p.apply(podJob("all-web", "api", "") + podJob("late", "web", ""))
	p.targets("all-web", 2)
	p.targets("late", 1)
	if n := len(p.scrape.ScrapePools()); n != 2 {
		t.Errorf("%d pools, want 2", n)
	}
	if n := p.watches("pods"); n != 1 {
		t.Errorf("%d watches in the end, want 1", n)
	}
}

func TestRouter_WatchesSingleNamespacesIfItMust(t *testing.T) {
	p := newPlant(t, pod("a", "web-1", "web"), pod("b", "web-2", "web"))
	p.api.PrependReactor("list", "pods", func(a k8stesting.Action) (bool, runtime.Object, error) {
		if a.GetNamespace() == "" {
			return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "", errors.New("not yours"))
		}
		return false, nil, nil
	})
	p.apply(podJob("one", "web", ", namespaces: {names: [a]}") + podJob("two", "web", ", namespaces: {names: [a, b]}"))
	p.targets("one", 1)
	p.targets("two", 2)
	if n := p.watches("pods"); n != 2 {
		t.Errorf("%d watches, want one for each namespace", n)
	}
}

func TestRouter_LeavesOthersToUpstream(t *testing.T) {
	p := newPlant(t)
	p.apply(podJob("selected", "web", ", selectors: [{role: pod, label: app=web}]") +
		podJob("elsewhere", "web", ", api_server: 'https://example.test'") +
		podJob("broken", "web", ", kubeconfig_file: broken") +
		podJob("ours", "web", "") + `
- job_name: files
  file_sd_configs: [{files: [x.json]}]
  static_configs: [{targets: [127.0.0.1:1]}]
`)
	if len(p.others.asks) != 1 || len(p.others.asks[0]) != 4 || p.others.asks[0]["ours"] != nil {
		t.Fatalf("upstream was asked for %v, want selected, elsewhere, broken and files", p.others.asks)
	}
	if n := len(p.others.asks[0]["files"]); n != 1 {
		t.Errorf("upstream was asked for %d discoveries of files, want the one that is not static", n)
	}
	p.targets("files", 1)
	p.others.ch <- Groups{"files": {{Source: "f", Targets: []model.LabelSet{{"__address__": "127.0.0.1:2"}}}}}
	p.targets("files", 2)
}

func (p *plant) create(o *corev1.Pod) {
	p.t.Helper()
	if _, err := p.api.CoreV1().Pods(o.Namespace).Create(p.t.Context(), o, metav1.CreateOptions{}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *plant) watches(resource string) (n int) {
	for _, a := range p.api.Actions() {
		if a.Matches("watch", resource) {
			n++
		}
	}
	return n
}
