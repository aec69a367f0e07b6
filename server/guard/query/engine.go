package query

import (
	"context"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
)

// AdHoc is next for queries of people and dashboards.
func (g *Guard) AdHoc(next promql.QueryEngine) promql.QueryEngine { return engine{next, g, adHoc} }

// Rules is next for the queries of rules.
func (g *Guard) Rules(next promql.QueryEngine) promql.QueryEngine { return engine{next, g, rule} }

type engine struct {
	next  promql.QueryEngine
	guard *Guard
	kind  string
}

func (e engine) NewInstantQuery(ctx context.Context, q storage.Queryable, o promql.QueryOpts, qs string, ts time.Time) (promql.Query, error) {
	a := e.account(qs)
	made, err := e.next.NewInstantQuery(ctx, counted{q, a}, o, qs, ts)
	return e.wrap(made, a, err)
}

func (e engine) NewRangeQuery(ctx context.Context, q storage.Queryable, o promql.QueryOpts, qs string, start, end time.Time, interval time.Duration) (promql.Query, error) {
	a := e.account(qs)
	made, err := e.next.NewRangeQuery(ctx, counted{q, a}, o, qs, start, end, interval)
	return e.wrap(made, a, err)
}

func (e engine) account(qs string) *account {
	return &account{guard: e.guard, kind: e.kind, text: qs, limit: e.guard.limits[e.kind]}
}

func (e engine) wrap(q promql.Query, a *account, err error) (promql.Query, error) {
	if err != nil {
		return nil, err
	}
	return &query{q, e.guard, a}, nil
}

type query struct {
	promql.Query
	guard   *Guard
	account *account
}

// Exec implements promql.Query. The error of a query that was ended is an
// *[Error].
func (q *query) Exec(ctx context.Context) *promql.Result {
	if q.account.kind == adHoc {
		if err := q.guard.enter(ctx); err != nil {
			return &promql.Result{Err: err}
		}
		defer q.guard.leave()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	q.guard.begin(q.account, cancel)
	defer q.guard.finish(q.account)

	res := q.Query.Exec(ctx)
	// A query may still have come to its end; then it is not to be spoiled.
	if e := q.account.ended.Load(); e != nil && res.Err != nil {
		q.guard.tell(q.account, e)
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
