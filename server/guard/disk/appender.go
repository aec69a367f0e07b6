package disk

import (
	"context"
	"errors"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/exemplar"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/metadata"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
)

// ErrPaused is what a writer hears while ingestion is paused. To remote write
// and OTLP it is an error of the server, so clients keep what they have and try
// again.
var ErrPaused = errors.New("ingestion is paused: the volume has less free space than the reserve (--guard.disk-reserve)")

// Storage is next with ingestion under guard. Scrapes are told that all is
// well: an error would make every scrape of every target fail twice over and
// write three log lines. Whoever else appends hears [ErrPaused].
//
// What comes from a scrape is told by its context, for which the scrape manager
// needs Options.PassMetadataInContext.
func (g *Guard) Storage(next storage.Storage) storage.Storage {
	if g == nil {
		return next
	}
	return &guarded{Storage: next, guard: g}
}

type guarded struct {
	storage.Storage
	guard *Guard
}

func (s *guarded) AppenderV2(ctx context.Context) storage.AppenderV2 {
	if state(s.guard.state.Load()) == flowing {
		return s.Storage.AppenderV2(ctx)
	}
	return &pausedV2{s.Storage.AppenderV2(ctx), s.guard.gate(ctx)}
}

func (s *guarded) Appender(ctx context.Context) storage.Appender {
	if state(s.guard.state.Load()) == flowing {
		return s.Storage.Appender(ctx)
	}
	return &paused{s.Storage.Appender(ctx), s.guard.gate(ctx)}
}

// gate decides for one appender.
type gate struct {
	guard *Guard
	// answer to what is not let through: nil for scrapes.
	answer error
	source string
}

func (g *Guard) gate(ctx context.Context) gate {
	if _, ok := scrape.TargetFromContext(ctx); ok {
		return gate{g, nil, sourceScrape}
	}
	return gate{g, ErrPaused, sourceOther}
}

// open says whether a sample passes. Those that tell of the pause do, or the
// alert about it would vanish with everything else; there are a few dozen.
func (a gate) open(l labels.Labels) bool {
	if state(a.guard.state.Load()) != stopped && tells(l.Get(model.MetricNameLabel)) {
		return true
	}
	a.guard.metrics.dropped.WithLabelValues(a.source).Inc()
	return false
}

func tells(metric string) bool {
	return metric == "ALERTS" || metric == "ALERTS_FOR_STATE" || strings.HasPrefix(metric, namespace)
}

type pausedV2 struct {
	storage.AppenderV2
	gate gate
}

func (a *pausedV2) Append(ref storage.SeriesRef, l labels.Labels, st, t int64, v float64, h *histogram.Histogram, fh *histogram.FloatHistogram, o storage.AOptions) (storage.SeriesRef, error) {
	if a.gate.open(l) {
		return a.AppenderV2.Append(ref, l, st, t, v, h, fh, o)
	}
	return ref, a.gate.answer
}

// GetRef implements storage.GetRef if what is wrapped does.
func (a *pausedV2) GetRef(l labels.Labels, hash uint64) (storage.SeriesRef, labels.Labels) {
	if g, ok := a.AppenderV2.(storage.GetRef); ok {
		return g.GetRef(l, hash)
	}
	return 0, labels.EmptyLabels()
}

type paused struct {
	storage.Appender
	gate gate
}

func (a *paused) Append(ref storage.SeriesRef, l labels.Labels, t int64, v float64) (storage.SeriesRef, error) {
	if a.gate.open(l) {
		return a.Appender.Append(ref, l, t, v)
	}
	return ref, a.gate.answer
}

func (a *paused) AppendHistogram(ref storage.SeriesRef, l labels.Labels, t int64, h *histogram.Histogram, fh *histogram.FloatHistogram) (storage.SeriesRef, error) {
	if a.gate.open(l) {
		return a.Appender.AppendHistogram(ref, l, t, h, fh)
	}
	return ref, a.gate.answer
}

// What accompanies samples needs a series, which may not be there, and is not
// counted as a sample.

func (a *paused) AppendExemplar(ref storage.SeriesRef, _ labels.Labels, _ exemplar.Exemplar) (storage.SeriesRef, error) {
	return ref, a.gate.answer
}

func (a *paused) UpdateMetadata(ref storage.SeriesRef, _ labels.Labels, _ metadata.Metadata) (storage.SeriesRef, error) {
	return ref, a.gate.answer
}

func (a *paused) AppendSTZeroSample(ref storage.SeriesRef, _ labels.Labels, _, _ int64) (storage.SeriesRef, error) {
	return ref, a.gate.answer
}

func (a *paused) AppendHistogramSTZeroSample(ref storage.SeriesRef, _ labels.Labels, _, _ int64, _ *histogram.Histogram, _ *histogram.FloatHistogram) (storage.SeriesRef, error) {
	return ref, a.gate.answer
}
