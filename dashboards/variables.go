package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// datasource is whatever the reader chose: a Prometheus, Thanos or Mimir.
func datasource() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr("prometheus"), Uid: cog.ToPtr("$datasource")}
}

func datasourceVariable() cog.Builder[dashboard.VariableModel] {
	return dashboard.NewDatasourceVariableBuilder("datasource").
		Label("Data source").
		Type("prometheus")
}

// queryVariable lets the reader choose one value of a label. Where no series has
// the label, as `cluster` in a stack that was given no name, it is empty, and
// `label="$name"` matches what lacks the label.
func queryVariable(name, label, query string) *dashboard.QueryVariableBuilder {
	return dashboard.NewQueryVariableBuilder(name).
		Label(label).
		Datasource(datasource()).
		Query(dashboard.StringOrMap{String: cog.ToPtr(query)}).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).
		Sort(dashboard.VariableSortAlphabeticalAsc)
}

// anyOf is a queryVariable that stands for all values until one is chosen.
func anyOf(name, label, query string) *dashboard.QueryVariableBuilder {
	return queryVariable(name, label, query).IncludeAll(true).AllValue(".*").Multi(true)
}

func namespaceVariable() cog.Builder[dashboard.VariableModel] {
	return queryVariable("namespace", "Namespace", `label_values(kube_pod_info{job="kube-state-metrics", cluster="$cluster"}, namespace)`)
}

// podVariable chooses among the pods of the chosen namespace.
func podVariable() cog.Builder[dashboard.VariableModel] {
	return queryVariable("pod", "Pod", `label_values(kube_pod_info{job="kube-state-metrics", cluster="$cluster", namespace="$namespace"}, pod)`)
}
