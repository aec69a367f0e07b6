package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server"
)

// features are the names of --enable-feature that do something.
func features(o *server.Options) map[string]*bool {
	f := &o.Features
	return map[string]*bool{
		"auto-reload-config":               &o.AutoReload,
		"concurrent-rule-eval":             &f.ConcurrentRuleEval,
		"created-timestamp-zero-ingestion": &f.CreatedTimestampZeroIngestion,
		"delayed-compaction":               &f.DelayedCompaction,
		"exemplar-storage":                 &f.ExemplarStorage,
		"extra-scrape-metrics":             &f.ExtraScrapeMetrics,
		"fast-startup":                     &f.FastStartup,
		"histograms-st-encoding":           &f.HistogramsSTEncoding,
		"memory-snapshot-on-shutdown":      &o.TSDB.SnapshotOnShutdown,
		"metadata-wal-records":             &f.MetadataWALRecords,
		"openmetrics2":                     &f.OpenMetrics2,
		"otlp-deltatocumulative":           &f.OTLPDeltaToCumulative,
		"otlp-native-delta-ingestion":      &f.OTLPNativeDeltaIngestion,
		"promql-binop-fill-modifiers":      &f.PromQLBinopFillModifiers,
		"promql-delayed-name-removal":      &f.PromQLDelayedNameRemoval,
		"promql-experimental-functions":    &f.PromQLExperimentalFunctions,
		"promql-extended-range-selectors":  &f.PromQLExtendedRangeSelectors,
		"promql-per-step-stats":            &f.PromQLPerStepStats,
		"search-api":                       &f.SearchAPI,
		"st-storage":                       &f.STStorage,
		"st-synthesis":                     &f.STSynthesis,
		"type-and-unit-labels":             &f.TypeAndUnitLabels,
		"use-start-timestamps":             &f.UseStartTimestamps,
		"use-uncached-io":                  &f.UseUncachedIO,
		"xor2-encoding":                    &f.XOR2Encoding,
		"zstd-scrape":                      &f.ZstdScrape,
	}
}

// settled says why a name that Prometheus knows does nothing here.
func settled(name string) (why string, offered bool) {
	switch name {
	case "promql-duration-expr", "ooo-native-histograms":
		return "always on", true
	case "native-histograms":
		return "a no-op in Prometheus too: set scrape_native_histograms in the configuration", true
	case "old-ui":
		return "the pages of Prometheus are not part of this server", false
	}
	return "unknown", false
}

// enable turns a feature on. Prometheus only warns of a name it does not know;
// here a typo does not go unnoticed.
func enable(o *server.Options, name string) error {
	if on, ok := features(o)[name]; ok {
		*on = true
		return nil
	}
	if why, offered := settled(name); !offered {
		return fmt.Errorf("--enable-feature=%s is not offered: %s", name, why)
	}
	return nil
}

func featureNames() []string {
	return slices.Sorted(maps.Keys(features(new(server.Options))))
}
