package promapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/query"
)

// Federation serves /federate: the newest sample of each matching series.
type Federation struct {
	Queryable storage.Queryable
	Parser    parser.Parser
	Lookback  time.Duration
	// ExternalLabels are added to what has no such label of its own.
	ExternalLabels func() labels.Labels
	Logger         *slog.Logger

	errors, warnings prometheus.Counter
}

// Register registers the counters Prometheus has for federation.
func (f *Federation) Register(reg prometheus.Registerer) {
	f.errors = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "prometheus_web_federation_errors_total",
		Help: "Total number of errors that occurred while sending federation responses.",
	})
	f.warnings = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "prometheus_web_federation_warnings_total",
		Help: "Total number of warnings that occurred while sending federation responses.",
	})
	reg.MustRegister(f.errors, f.warnings)
}

func (f *Federation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, fmt.Sprintf("error parsing form values: %v", err), http.StatusBadRequest)
		return
	}
	selectors, err := f.Parser.ParseMetricSelectors(r.Form["match[]"])
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	newest, err := f.newest(r, selectors)
	if err != nil {
		f.errors.Inc()
		code := http.StatusInternalServerError
		switch {
		case errors.Is(err, tsdb.ErrNotReady):
			code = http.StatusServiceUnavailable
		case errors.As(err, new(*query.Error)):
			// As the API answers it: asking again will not help.
			code = http.StatusUnprocessableEntity
		}
		http.Error(w, err.Error(), code)
		return
	}

	format := expfmt.NegotiateAccept(r.Header,
		expfmt.NewFormat(expfmt.TypeProtoDelim), expfmt.NewFormat(expfmt.TypeProtoText),
		expfmt.NewFormat(expfmt.TypeProtoCompact), expfmt.NewFormat(expfmt.TypeTextPlain))
	w.Header().Set("Content-Type", string(format))
	out := exposition{
		enc:      expfmt.NewEncoder(w, format),
		protobuf: format.FormatType() != expfmt.TypeTextPlain,
		external: f.ExternalLabels(),
	}
	for _, s := range newest {
		if s.Metric.Get(labels.MetricName) == "" {
			f.Logger.Warn("Ignoring nameless metric during federation", "metric", s.Metric)
			continue
		}
		if err = out.add(s); err != nil {
			break
		}
	}
	if err == nil {
		err = out.flush()
	}
	if err != nil {
		// The answer has begun; a status code can no longer tell.
		f.errors.Inc()
		f.Logger.Error("federation failed", "err", err)
	}
}

// newest returns the last sample within the lookback of each series that
// matches one of the selectors, ordered by metric name.
func (f *Federation) newest(r *http.Request, selectors [][]*labels.Matcher) (promql.Vector, error) {
	now := time.Now()
	mint, maxt := now.Add(-f.Lookback).UnixMilli(), now.UnixMilli()
	q, err := f.Queryable.Querier(mint, maxt)
	if err != nil {
		return nil, err
	}
	defer func() { _ = q.Close() }()

	hints := &storage.SelectHints{Start: mint, End: maxt}
	sets := make([]storage.SeriesSet, 0, len(selectors))
	for _, s := range selectors {
		sets = append(sets, q.Select(r.Context(), true, hints, s...))
	}
	merged := storage.NewMergeSeriesSet(sets, 0, storage.ChainedSeriesMerge)

	var out promql.Vector
	var chunks chunkenc.Iterator
	buffer := storage.NewBuffer(f.Lookback.Milliseconds())
	for merged.Next() {
		series := merged.At()
		chunks = series.Iterator(chunks)
		buffer.Reset(chunks)
		if s, ok := lastSample(buffer, maxt); ok {
			s.Metric = series.Labels()
			out = append(out, s)
		}
	}
	f.warnings.Add(float64(len(merged.Warnings())))
	if err := merged.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b promql.Sample) int {
		return strings.Compare(a.Metric.Get(labels.MetricName), b.Metric.Get(labels.MetricName))
	})
	return out, nil
}

// lastSample returns the newest sample not after maxt. Staleness markers are
// left out: no exposition format can carry them.
func lastSample(it *storage.BufferedSeriesIterator, maxt int64) (s promql.Sample, ok bool) {
	switch it.Seek(maxt) {
	case chunkenc.ValFloat:
		s.T, s.F = it.At()
	case chunkenc.ValHistogram, chunkenc.ValFloatHistogram:
		s.T, s.H = it.AtFloatHistogram(nil)
	default:
		last, found := it.PeekBack(1)
		if !found {
			return s, false
		}
		s.T = last.T()
		switch last.Type() {
		case chunkenc.ValFloat:
			s.F = last.F()
		case chunkenc.ValHistogram:
			s.H = last.H().ToFloat(nil)
		case chunkenc.ValFloatHistogram:
			s.H = last.FH()
		default:
			return s, false
		}
	}
	if s.H != nil {
		return s, !value.IsStaleNaN(s.H.Sum)
	}
	return s, !value.IsStaleNaN(s.F)
}
