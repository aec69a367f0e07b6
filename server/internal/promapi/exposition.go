package promapi

import (
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"google.golang.org/protobuf/proto"
)

// exposition writes samples, ordered by name, as metric families.
type exposition struct {
	enc      expfmt.Encoder
	protobuf bool // the format can carry native histograms
	external labels.Labels
	family   *dto.MetricFamily
}

// add writes a sample into the open family, or closes that and opens another.
// A name whose samples are of several types becomes several families, which
// strictly is no valid exposition; Prometheus reads it.
func (e *exposition) add(s promql.Sample) error {
	if s.H != nil && !s.H.UsesCustomBuckets() && !e.protobuf {
		return nil
	}
	name, typ := s.Metric.Get(labels.MetricName), typeOf(s)
	if e.family == nil || e.family.GetName() != name || e.family.GetType() != typ {
		if err := e.flush(); err != nil {
			return err
		}
		e.family = &dto.MetricFamily{Name: proto.String(name), Type: typ.Enum()}
	}
	m := &dto.Metric{Label: e.labels(s.Metric), TimestampMs: proto.Int64(s.T)}
	switch {
	case s.H == nil:
		m.Untyped = &dto.Untyped{Value: proto.Float64(s.F)}
	case s.H.UsesCustomBuckets():
		m.Histogram = classic(s.H)
	default:
		m.Histogram = native(s.H)
	}
	e.family.Metric = append(e.family.Metric, m)
	return nil
}

func (e *exposition) flush() error {
	if e.family == nil {
		return nil
	}
	defer func() { e.family = nil }()
	return e.enc.Encode(e.family)
}

// labels returns the series' labels, and the external ones it does not have.
// An empty instance label keeps the scraping server from adding its own.
func (e *exposition) labels(series labels.Labels) []*dto.LabelPair {
	b := labels.NewBuilder(e.external)
	if e.external.Get(model.InstanceLabel) == "" {
		b.Del(model.InstanceLabel)
	}
	series.Range(func(l labels.Label) {
		if l.Value != "" {
			b.Set(l.Name, l.Value)
		}
	})
	b.Del(labels.MetricName)
	var out []*dto.LabelPair
	all := b.Labels()
	all.Range(func(l labels.Label) {
		out = append(out, &dto.LabelPair{Name: proto.String(l.Name), Value: proto.String(l.Value)})
	})
	if !all.Has(model.InstanceLabel) {
		out = append(out, &dto.LabelPair{Name: proto.String(model.InstanceLabel), Value: proto.String("")})
	}
	return out
}

func typeOf(s promql.Sample) dto.MetricType {
	switch {
	case s.H == nil:
		return dto.MetricType_UNTYPED
	case s.H.CounterResetHint == histogram.GaugeType:
		return dto.MetricType_GAUGE_HISTOGRAM
	}
	return dto.MetricType_HISTOGRAM
}

// native encodes an exponential histogram.
func native(h *histogram.FloatHistogram) *dto.Histogram {
	return &dto.Histogram{
		SampleCountFloat: proto.Float64(h.Count),
		SampleSum:        proto.Float64(h.Sum),
		Schema:           proto.Int32(h.Schema),
		ZeroThreshold:    proto.Float64(h.ZeroThreshold),
		ZeroCountFloat:   proto.Float64(h.ZeroCount),
		PositiveSpan:     spans(h.PositiveSpans),
		PositiveCount:    h.PositiveBuckets,
		NegativeSpan:     spans(h.NegativeSpans),
		NegativeCount:    h.NegativeBuckets,
	}
}

func spans(in []histogram.Span) []*dto.BucketSpan {
	var out []*dto.BucketSpan
	for _, s := range in {
		out = append(out, &dto.BucketSpan{Offset: proto.Int32(s.Offset), Length: proto.Uint32(s.Length)})
	}
	return out
}

// classic encodes a histogram with custom bounds as the buckets it was made
// from. The +Inf bucket is implied by the count.
func classic(h *histogram.FloatHistogram) *dto.Histogram {
	out := &dto.Histogram{
		SampleCountFloat: proto.Float64(h.Count),
		SampleSum:        proto.Float64(h.Sum),
	}
	perBound := make([]float64, len(h.CustomValues)+1)
	for it := h.PositiveBucketIterator(); it.Next(); {
		b := it.At()
		perBound[b.Index] += b.Count
	}
	var cumulative float64
	for i, le := range h.CustomValues {
		cumulative += perBound[i]
		out.Bucket = append(out.Bucket, &dto.Bucket{
			UpperBound:           proto.Float64(le),
			CumulativeCountFloat: proto.Float64(cumulative),
		})
	}
	return out
}
