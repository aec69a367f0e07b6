package query

import (
	"context"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
)

// AdHoc is next for queries of people and dashboards.
func (g *Guard) AdHoc(next promql.QueryEngine) promql.QueryEngine {
	return engine{next, g, adHoc, g.query}
}

// Rules is next for the queries of rules.
func (g *Guard) Rules(next promql.QueryEngine) promql.QueryEngine {
	return engine{next, g, rule, g.rule}
}

type engine struct {
	next  promql.QueryEngine
	guard *Guard
	kind  string
	limit int64
}

func (e engine) NewInstantQuery(ctx context.Context, s storage.Queryable, o promql.QueryOpts, qs string, ts time.Time) (promql.Query, error) {
	q := e.query(s, qs)
	made, err := e.next.NewInstantQuery(ctx, q, o, qs, ts)
	return q.of(made, err)
}

func (e engine) NewRangeQuery(ctx context.Context, s storage.Queryable, o promql.QueryOpts, qs string, start, end time.Time, interval time.Duration) (promql.Query, error) {
	q := e.query(s, qs)
	made, err := e.next.NewRangeQuery(ctx, q, o, qs, start, end, interval)
	return q.of(made, err)
}

func (e engine) query(s storage.Queryable, qs string) *query {
	// Nothing is to be counted twice.
	if r, ok := s.(reads); ok {
		s = r.SampleAndChunkQueryable
	}
	return &query{account: e.guard.account(e.kind, qs, e.limit), storage: s}
}

// query is what is executed and, in one piece of memory with it, the storage
// that it sees and what it has used.
type query struct {
	promql.Query
	account account
	storage storage.Queryable
}

func (q *query) of(made promql.Query, err error) (promql.Query, error) {
	if err != nil {
		return nil, err
	}
	// Its Cancel reads without a lock what its Exec has written. That is safe
	// because Exec's goroutine shows the account under the Guard's lock, later.
	q.Query, q.account.execution = made, made
	return q, nil
}

// Querier implements storage.Queryable.
func (q *query) Querier(mint, maxt int64) (storage.Querier, error) {
	inner, err := q.storage.Querier(mint, maxt)
	if err != nil {
		return nil, err
	}
	return countedQuerier{inner, &q.account}, nil
}

// Exec implements promql.Query. The error of a query that was ended is an
// *[Error].
func (q *query) Exec(ctx context.Context) *promql.Result {
	a := &q.account
	if a.kind == adHoc {
		if err := a.guard.enter(ctx); err != nil {
			return &promql.Result{Err: err}
		}
		defer a.guard.leave()
	}
	defer a.finish()

	res := q.Query.Exec(ctx)
	// A query may still have come to its end; then it is not to be spoiled.
	if e := a.ended.Load(); e != nil && res.Err != nil {
		a.guard.tell(a, e)
		return &promql.Result{Err: e, Warnings: res.Warnings}
	}
	return res
}

// enter waits for a slot. The engine has slots too, but there rules would stand
// in the same queue.
func (g *Guard) enter(ctx context.Context) error {
	if g.slots == nil {
		return nil
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	var timeout <-chan time.Time
	if g.opts.Timeout > 0 {
		t := time.NewTimer(g.opts.Timeout)
		defer t.Stop()
		timeout = t.C
	}
	const where = "query queue"
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-timeout:
		return promql.ErrQueryTimeout(where)
	case <-ctx.Done():
		if ctx.Err() == context.DeadlineExceeded {
			return promql.ErrQueryTimeout(where)
		}
		return promql.ErrQueryCanceled(where)
	}
}

func (g *Guard) leave() {
	if g.slots != nil {
		<-g.slots
	}
}
