package query

import (
	"context"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
)

// held delays the end of each selection.
type held struct {
	storage.Queryable
	until <-chan struct{}
	begun chan<- struct{}
}

func (h held) Querier(mint, maxt int64) (storage.Querier, error) {
	q, err := h.Queryable.Querier(mint, maxt)
	return heldQuerier{q, h}, err
}

type heldQuerier struct {
	storage.Querier
	held held
}

func (q heldQuerier) Select(ctx context.Context, sorted bool, h *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	return &heldSet{q.Querier.Select(ctx, sorted, h, ms...), q.held}
}

type heldSet struct {
	storage.SeriesSet
	held held
}

func (s *heldSet) Next() bool {
	if s.SeriesSet.Next() {
		return true
	}
	select {
	case s.held.begun <- struct{}{}:
	default:
	}
	<-s.held.until
	return false
}

// blockedQuery starts an instant query that does not end before release.
func blockedQuery(t *testing.T, e promql.QueryEngine, db storage.Queryable, qs string) (<-chan *promql.Result, func()) {
	t.Helper()
	until, begun, result := make(chan struct{}), make(chan struct{}, 1), make(chan *promql.Result, 1)
	made, err := e.NewInstantQuery(t.Context(), held{db, until, begun}, nil, qs, end)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer made.Close()
		result <- made.Exec(t.Context())
	}()
	<-begun
	return result, func() { close(until) }
}
