package targets

import (
	"context"
	"testing"
)

func TestView(t *testing.T) {
	p := newPlant(t, pod("a", "web-1", "web"), pod("b", "api-2", "api"))
	p.apply(podJob("web", "web", ", namespaces: {names: [a]}") + podJob("api", "api", "") + `
- job_name: fixed
  static_configs: [{targets: [127.0.0.1:1]}]
`)
	p.targets("web", 1)
	p.targets("api", 1)
	v, err := p.router.View(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(v.Jobs["fixed"].Groups); n != 1 || len(v.Jobs) != 3 {
		t.Errorf("%d jobs, and %d groups of fixed", len(v.Jobs), n)
	}
	web, api := v.Jobs["web"].Watches[0], v.Jobs["api"].Watches[0]
	if web.Found != api.Found || len(*web.Found) != 2 {
		t.Errorf("jobs do not share the watch, or it has not found both pods: %v", *web.Found)
	}
	if !web.Namespaces["a"] || api.Namespaces != nil {
		t.Errorf("namespaces %v and %v", web.Namespaces, api.Namespaces)
	}
	for _, g := range *web.Found {
		if want := g.Source == "pod/a/web-1"; web.Admits(g) != want {
			t.Errorf("web admits %s: %v", g.Source, !want)
		}
	}

	if o, watched := v.Object("pods", "a", "web-1"); o == nil || !watched {
		t.Errorf("pod %v, watched %v", o, watched)
	}
	if o, watched := v.Object("pods", "a", "none"); o != nil || !watched {
		t.Errorf("pod %v, watched %v", o, watched)
	}
	if o, watched := v.Object("services", "a", "web"); o != nil || watched {
		t.Errorf("Service %v, watched %v: no job needs Services", o, watched)
	}
	if n := len(v.Objects("pods", "a")); n != 1 {
		t.Errorf("%d pods in namespace a", n)
	}
	if n := p.watches("services"); n != 0 {
		t.Error("looking opened a watch")
	}
}

func TestView_WhenNobodyRuns(t *testing.T) {
	r, err := New(Options{Syncs: func(string) uint64 { return 0 }, Events: newPlant(t).tap.Events()})
	if err != nil {
		t.Fatal(err)
	}
	r.stop()
	if _, err := r.View(context.Background()); err == nil {
		t.Error("no error from a Router that has ended")
	}
}
