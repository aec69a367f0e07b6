package server

import (
	"errors"

	"github.com/prometheus/prometheus/tsdb/fileutil"
)

// Features are the experimental parts of Prometheus, one field for each name
// of --enable-feature that still has an effect. Those that only change a
// default of the configuration file are applied by [setGlobals].
type Features struct {
	ConcurrentRuleEval            bool
	CreatedTimestampZeroIngestion bool
	DelayedCompaction             bool
	ExemplarStorage               bool
	ExtraScrapeMetrics            bool
	FastStartup                   bool
	HistogramsSTEncoding          bool
	MetadataWALRecords            bool
	OpenMetrics2                  bool
	OTLPDeltaToCumulative         bool
	OTLPNativeDeltaIngestion      bool
	PromQLBinopFillModifiers      bool
	PromQLDelayedNameRemoval      bool
	PromQLExperimentalFunctions   bool
	PromQLExtendedRangeSelectors  bool
	PromQLPerStepStats            bool
	SearchAPI                     bool
	STStorage                     bool
	STSynthesis                   bool
	TypeAndUnitLabels             bool
	UseStartTimestamps            bool
	UseUncachedIO                 bool
	XOR2Encoding                  bool
	ZstdScrape                    bool
}

func (f Features) validate() error {
	switch {
	case f.OTLPDeltaToCumulative && f.OTLPNativeDeltaIngestion:
		return errors.New("cannot enable otlp-deltatocumulative and otlp-native-delta-ingestion features at the same time")
	case f.UseUncachedIO && !fileutil.UncachedIOSupported():
		return errors.New("feature use-uncached-io is not supported on this system")
	}
	return nil
}
