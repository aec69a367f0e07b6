package query

import (
	"context"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// counted is a storage as one query sees it. Only the selection of series is
// counted: a look at each sample would cost more than all of this may.
type counted struct {
	storage.Queryable
	account *account
}

func (c counted) Querier(mint, maxt int64) (storage.Querier, error) {
	q, err := c.Queryable.Querier(mint, maxt)
	if err != nil {
		return nil, err
	}
	return countedQuerier{q, c.account}, nil
}

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
}

// Next implements storage.SeriesSet. A query that has been ended gets no more
// series.
func (s *countedSet) Next() bool { return !s.over && s.SeriesSet.Next() }

// At implements storage.SeriesSet. It counts here and not in Next, because a
// TSDB makes a new series at each call.
func (s *countedSet) At() storage.Series {
	series := s.SeriesSet.At()
	s.over = !s.account.add(int64(series.Labels().ByteSize()), s.growth)
	return series
}

// Err implements storage.SeriesSet.
func (s *countedSet) Err() error {
	if e := s.account.ended.Load(); e != nil {
		return e
	}
	return s.SeriesSet.Err()
}
