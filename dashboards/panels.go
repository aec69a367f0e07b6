package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// Sizes in Grafana's grid of 24 columns.
const (
	half, third, quarter, sixth = 12, 8, 6, 4
	full                        = 24
	graphHeight, statHeight     = 8, 4
)

// query is one expression and how its series are called.
type query struct{ expr, legend string }

func (q query) target(i int) *prometheus.DataqueryBuilder {
	return prometheus.NewDataqueryBuilder().
		Datasource(datasource()).
		RefId(string(rune('A' + i))).
		Expr(q.expr).
		LegendFormat(q.legend)
}

// graph shows values over time, half a screen wide.
func graph(title, unit, description string, queries ...query) *timeseries.PanelBuilder {
	p := timeseries.NewPanelBuilder().
		Title(title).
		Description(description).
		Datasource(datasource()).
		Unit(unit).
		Min(0).
		Span(half).
		Height(graphHeight).
		LineWidth(1).
		FillOpacity(8).
		ShowPoints(common.VisibilityModeNever).
		Legend(common.NewVizLegendOptionsBuilder().
			DisplayMode(common.LegendDisplayModeTable).
			Placement(common.LegendPlacementRight).
			ShowLegend(true).
			Calcs([]string{"lastNotNull", "max"})).
		Tooltip(common.NewVizTooltipOptionsBuilder().
			Mode(common.TooltipDisplayModeMulti).
			Sort(common.SortOrderDescending))
	for i, q := range queries {
		p.WithTarget(q.target(i).Range())
	}
	return p
}

// stacked is a graph whose series add up to something.
func stacked(title, unit, description string, queries ...query) *timeseries.PanelBuilder {
	return graph(title, unit, description, queries...).
		FillOpacity(40).
		Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A"))
}

// number shows one value as it is now, in colours that change at the steps.
func number(title, unit, description, expr string, steps ...dashboard.Threshold) *stat.PanelBuilder {
	if steps == nil {
		steps = []dashboard.Threshold{{Color: "text"}}
	}
	return stat.NewPanelBuilder().
		Title(title).
		Description(description).
		Datasource(datasource()).
		Unit(unit).
		Span(sixth).
		Height(statHeight).
		ColorMode(common.BigValueColorModeValue).
		GraphMode(common.BigValueGraphModeArea).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"})).
		Thresholds(dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(steps)).
		WithTarget(query{expr: expr}.target(0).Range())
}

// risesTo gives the colours of a value that is bad when it is high.
func risesTo(warning, critical float64) []dashboard.Threshold {
	return []dashboard.Threshold{
		{Color: "green"},
		{Color: "orange", Value: cog.ToPtr(warning)},
		{Color: "red", Value: cog.ToPtr(critical)},
	}
}

// column is one value column of a list.
type column struct{ title, unit, expr string }

// list shows one row for each value of label, linked to the dashboard that shows
// that value alone. An empty link names none.
func list(title, description, label, link string, columns ...column) *table.PanelBuilder {
	p := table.NewPanelBuilder().
		Title(title).
		Description(description).
		Datasource(datasource()).
		Span(full).
		Height(graphHeight + 2).
		WithTransformation(dashboard.DataTransformerConfig{
			Id:      "joinByField",
			Options: map[string]any{"byField": label, "mode": "outer"},
		})
	hide := map[string]any{"Time": true}
	rename := map[string]any{}
	for i, c := range columns {
		q := query{expr: c.expr}.target(i)
		p.WithTarget(q.Instant().Format(prometheus.PromQueryFormatTable))
		name := fmt.Sprintf("Value #%c", 'A'+i)
		rename[name] = c.title
		hide[fmt.Sprintf("Time %d", i+1)] = true
		p.OverrideByName(c.title, []dashboard.DynamicConfigValue{
			{Id: "unit", Value: c.unit},
		})
	}
	p.WithTransformation(dashboard.DataTransformerConfig{
		Id:      "organize",
		Options: map[string]any{"excludeByName": hide, "renameByName": rename},
	})
	if link != "" {
		p.OverrideByName(label, []dashboard.DynamicConfigValue{{Id: "links", Value: []map[string]any{{
			"title": "Show",
			"url":   fmt.Sprintf("/d/%s?${datasource:queryparam}&${cluster:queryparam}&%s&${__url_time_range}", uid(link), linkVariables(label)),
		}}}})
	}
	return p
}

// linkVariables hands the chosen row, and what it is part of, to the next dashboard.
func linkVariables(label string) string {
	own := fmt.Sprintf("var-%s=${__value.raw}", label)
	switch label {
	case "pod", "workload":
		return "${namespace:queryparam}&" + own
	case "container":
		return "${namespace:queryparam}&${pod:queryparam}&" + own
	}
	return own
}

// row starts a section.
func row(title string) *dashboard.RowBuilder { return dashboard.NewRowBuilder(title) }

// fallsTo gives the colours of a count that is bad below a least value.
func fallsTo(least float64) []dashboard.Threshold {
	return []dashboard.Threshold{{Color: "red"}, {Color: "green", Value: cog.ToPtr(least)}}
}

// limited draws a dashed line where a graph's values begin to be bad, and one where they are.
func limited(p *timeseries.PanelBuilder, warning, critical float64) *timeseries.PanelBuilder {
	return p.
		Thresholds(dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(risesTo(warning, critical))).
		ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed))
}

// risesFrom gives the colours of a value that is bad when it is low.
func risesFrom(least, good float64) []dashboard.Threshold {
	return []dashboard.Threshold{{Color: "red"}, {Color: "orange", Value: cog.ToPtr(least)}, {Color: "green", Value: cog.ToPtr(good)}}
}
