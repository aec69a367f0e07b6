package grafana

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// content is one dashboard or one datasource.
type content struct {
	ref        dropin.Ref
	sha        string
	dashboard  *dropin.Dashboard
	datasource *dropin.Datasource
}

// contentsOf returns what a bundle brings, by names that are unique in Grafana.
func contentsOf(b *dropin.Bundle) (map[string]content, error) {
	out := map[string]content{}
	items := b.Manifest().Items
	i := -1
	for _, data := range b.Files() {
		i++
		it := items[i]
		switch it.Kind {
		case dropin.KindDashboard:
			d, err := dropin.ReadDashboard(data)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", it.Ref, err)
			}
			name := "dashboard " + d.UID
			if d.UID == "" { // Grafana makes one up, and nobody can ask for it
				continue
			}
			out[name] = content{ref: it.Ref, sha: it.SHA256 + it.Folder, dashboard: &d}
		case dropin.KindDatasource:
			list, _, err := dropin.ReadDatasources(data)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", it.Ref, err)
			}
			for _, ds := range list {
				out["datasource "+ds.Organization+" "+ds.Name] = content{ref: it.Ref, sha: it.SHA256, datasource: &ds}
			}
		}
	}
	return out, nil
}

// confirm looks whether what changed is there and what went is gone. If nothing
// did, it looks whether all is there.
func (r *reader) confirm(ctx context.Context, want map[string]content) ([]content, error) {
	var missing []content
	asked := false
	for _, name := range sorted(want) {
		c := want[name]
		if r.have[name].sha == c.sha {
			continue
		}
		asked = true
		ok, err := r.is(ctx, c)
		if err != nil {
			return nil, err
		}
		if !ok {
			missing = append(missing, c)
			r.lost(name, c)
			continue
		}
		r.have[name] = c
	}
	for _, name := range sorted(r.gone) {
		asked = true
		c := r.gone[name]
		still, err := r.is(ctx, c)
		if err != nil {
			return nil, err
		}
		if still {
			r.lost(name, c)
			c.ref = dropin.Ref{} // nobody's fault
			missing = append(missing, c)
		}
	}
	if asked {
		return missing, nil
	}
	return r.lookAtAll(ctx, want)
}

// lookAtAll asks for everything, in few requests.
func (r *reader) lookAtAll(ctx context.Context, want map[string]content) ([]content, error) {
	there, err := r.neighbour.dashboards(ctx)
	if err != nil {
		return nil, err
	}
	var missing []content
	for _, name := range sorted(want) {
		c := want[name]
		ok := c.dashboard != nil && there[c.dashboard.UID]
		if c.datasource != nil {
			if ok, err = r.neighbour.has(ctx, *c.datasource); err != nil {
				return nil, err
			}
		}
		if !ok {
			missing = append(missing, c)
			r.lost(name, c)
		}
	}
	return missing, nil
}

// lost notes that Grafana has to read again what it should know.
func (r *reader) lost(name string, c content) {
	delete(r.have, name)
	if c.dashboard != nil {
		r.pending[dashboardsDir] = true
	} else {
		r.pending[datasourcesDir] = true
	}
}

func (r *reader) is(ctx context.Context, c content) (bool, error) {
	if c.dashboard != nil {
		return r.neighbour.dashboard(ctx, *c.dashboard)
	}
	return r.neighbour.has(ctx, *c.datasource)
}

// names lists contents for people, not without end.
func names(list []content) string {
	const most = 5
	var out []string
	for _, c := range list[:min(len(list), most)] {
		if c.dashboard != nil {
			out = append(out, "dashboard "+c.dashboard.UID)
		} else {
			out = append(out, "datasource "+c.datasource.Name)
		}
	}
	if len(list) > most {
		out = append(out, fmt.Sprintf("%d more", len(list)-most))
	}
	return strings.Join(out, ", ")
}

func sorted(m map[string]content) []string { return slices.Sorted(maps.Keys(m)) }
