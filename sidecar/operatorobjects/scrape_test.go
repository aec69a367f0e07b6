package operatorobjects_test

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	monitoringv1alpha1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	yamlv2 "go.yaml.in/yaml/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// TestScrapeAsTheOperator: each object alone becomes the jobs that the operator
// generates for it among all others, but for the rules for sharding. Package
// dropin and Prometheus itself accept them.
func TestScrapeAsTheOperator(t *testing.T) {
	lookup := shop(t)
	var all []operatorobjects.Object
	for _, name := range []string{"servicemonitors.yaml", "podmonitors.yaml", "probes.yaml", "scrapeconfigs.yaml"} {
		all = append(all, file(t, name)...)
	}
	want := operatorJobs(t, all, lookup)
	for _, o := range all {
		t.Run(fmt.Sprintf("%s/%s", kindName(o), o.GetName()), func(t *testing.T) {
			it := converted(t, o, lookup)
			got := jobsIn(t, it.Data)
			names := jobNames(want, o)
			if len(names) == 0 || len(got) != len(names) {
				t.Fatalf("%d jobs, the operator has %d", len(got), len(names))
			}
			for _, name := range names {
				if !reflect.DeepEqual(got[name], want[name]) {
					t.Errorf("job %s\ngot  %v\nwant %v", name, got[name], want[name])
				}
			}
			cfg, err := config.Load(string(published(t, it)), promslog.NewNopLogger())
			if err != nil {
				t.Fatal(err)
			}
			for _, sc := range cfg.ScrapeConfigs {
				if name := strings.TrimPrefix(sc.JobName, it.Ref.String()+"/"); !slices.Contains(names, name) {
					t.Errorf("the server's job is %s", sc.JobName)
				}
			}
		})
	}
}

// operatorJobs are the jobs that the operator's generator makes of all objects
// together, by name, without its rules for sharding.
func operatorJobs(t *testing.T, all []operatorobjects.Object, lookup *cluster) map[string]yamlv2.MapSlice {
	t.Helper()
	sm, pm, pr, sc := map[string]*monitoringv1.ServiceMonitor{}, map[string]*monitoringv1.PodMonitor{}, map[string]*monitoringv1.Probe{}, map[string]*monitoringv1alpha1.ScrapeConfig{}
	for _, o := range all {
		key := o.GetNamespace() + "/" + o.GetName()
		switch o := o.DeepCopyObject().(type) {
		case *monitoringv1.ServiceMonitor:
			// The one choice that is not the operator's, see discoveryRole.
			if o.Name == "endpoints-labels" {
				role := monitoringv1.EndpointsRole
				o.Spec.ServiceDiscoveryRole = &role
			}
			sm[key] = o
		case *monitoringv1.PodMonitor:
			pm[key] = o
		case *monitoringv1.Probe:
			pr[key] = o
		case *monitoringv1alpha1.ScrapeConfig:
			sc[key] = o
		}
	}
	prom, gen := operatorPrometheus(t)
	data, err := gen.GenerateServerConfiguration(prom, sm, pm, pr, sc, assets.NewTestStoreBuilder(lookup.all()...), nil, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	jobs := jobsIn(t, data)
	for _, job := range jobs {
		for i, item := range job {
			if rules, ok := item.Value.([]any); ok && item.Key == "relabel_configs" && usesShard(rules) {
				job[i].Value = rules[:len(rules)-3]
			}
		}
	}
	return jobs
}

func usesShard(rules []any) bool {
	return strings.Contains(fmt.Sprint(rules[len(rules)-1]), "$(SHARD)")
}

func jobsIn(t *testing.T, data []byte) map[string]yamlv2.MapSlice {
	t.Helper()
	var config struct {
		Jobs []yamlv2.MapSlice `yaml:"scrape_configs"`
	}
	if err := yamlv2.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	jobs := map[string]yamlv2.MapSlice{}
	for _, job := range config.Jobs {
		jobs[fmt.Sprint(job[0].Value)] = job
	}
	return jobs
}

// jobNames returns the names of the jobs that belong to the object.
func jobNames(jobs map[string]yamlv2.MapSlice, o operatorobjects.Object) []string {
	kind := kindName(o)
	prefix := strings.ToLower(kind[:1]) + kind[1:]
	re := regexp.MustCompile(fmt.Sprintf(`^%s/%s/%s(/\d+)?$`, prefix, o.GetNamespace(), o.GetName()))
	var names []string
	for name := range jobs {
		if re.MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func kindName(o operatorobjects.Object) string {
	return reflect.TypeOf(o).Elem().Name()
}
