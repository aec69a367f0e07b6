package query

import (
	"context"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// countedQuerier is a querier as one query sees it. Only the selection of series
// is counted: a look at each sample would cost more than all of this may.
type countedQuerier struct {
	storage.Querier
	account *account
}

func (q countedQuerier) Select(ctx context.Context, sorted bool, h *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	return &countedSet{
		SeriesSet: q.Querier.Select(ctx, sorted, h, ms...),
		account:   q.account,
		growth:    growth(h),
	}
}

type countedSet struct {
	storage.SeriesSet
	account *account
	growth  int64
	over    bool
	counted bool // the series that At returns
}

// Next implements storage.SeriesSet. A query that has been ended gets no more
// series.
func (s *countedSet) Next() bool {
	s.counted = false
	return !s.over && s.SeriesSet.Next()
}

// At implements storage.SeriesSet. It counts here and not in Next, because a
// TSDB makes a new series at each call; and once, because who merges sets asks
// for the same series several times.
func (s *countedSet) At() storage.Series {
	series := s.SeriesSet.At()
	if !s.counted {
		s.counted = true
		s.over = !s.account.addSeries(int64(series.Labels().ByteSize()), s.growth)
	}
	return series
}

// Err implements storage.SeriesSet.
func (s *countedSet) Err() error {
	if e := s.account.ended.Load(); e != nil {
		return e
	}
	return s.SeriesSet.Err()
}
