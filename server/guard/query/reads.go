package query

import (
	"context"
	"net/http"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
)

// requestKey finds the account of a request in its context.
type requestKey struct{}

// Requests is next, of which each request has the share of one ad-hoc query for
// what it reads through [Guard.Reads], until its answer has been written: the
// largest part of such a request is often its answer.
func (g *Guard) Requests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := g.account(read, r.Method+" "+r.URL.RequestURI(), g.query)
		defer func() {
			a.finish()
			if e := a.ended.Load(); e != nil {
				g.tell(&a, e)
			}
		}()
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, &a)))
	})
}

// Reads is next as requests see it that read without an engine. Whatever is read
// in a context that is not of [Guard.Requests] is not counted.
//
// Chunks are not counted: who reads them streams them, and holds one frame of
// --storage.remote.read-max-bytes-in-frame at a time.
func (g *Guard) Reads(next storage.SampleAndChunkQueryable) storage.SampleAndChunkQueryable {
	return reads{next, true}
}

// Newest is next for who looks at the samples of a series and keeps one of them.
func (g *Guard) Newest(next storage.SampleAndChunkQueryable) storage.SampleAndChunkQueryable {
	return reads{next, false}
}

type reads struct {
	storage.SampleAndChunkQueryable
	// samples says that all samples that are read are kept.
	samples bool
}

// Querier implements storage.Queryable.
func (r reads) Querier(mint, maxt int64) (storage.Querier, error) {
	inner, err := r.SampleAndChunkQueryable.Querier(mint, maxt)
	if err != nil {
		return nil, err
	}
	if s, ok := inner.(storage.Searcher); ok {
		return searchingReader{reader{inner, r.samples}, s}, nil
	}
	return reader{inner, r.samples}, nil
}

// reader is a querier that finds the account in the context of each call.
type reader struct {
	storage.Querier
	samples bool
}

// searchingReader is one whose querier can search as well. What a search may
// find is bounded by --web.search.max-limit.
type searchingReader struct {
	reader
	storage.Searcher
}

func (r reader) Select(ctx context.Context, sorted bool, h *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	set := r.Querier.Select(ctx, sorted, h, ms...)
	a, ok := ctx.Value(requestKey{}).(*account)
	if !ok {
		return set
	}
	counted := countedSet{SeriesSet: set, account: a, growth: answeredBytes}
	if r.samples {
		return &readSet{counted}
	}
	return &counted
}

func (r reader) LabelValues(ctx context.Context, name string, h *storage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return countStrings(ctx)(r.Querier.LabelValues(ctx, name, h, ms...))
}

func (r reader) LabelNames(ctx context.Context, h *storage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return countStrings(ctx)(r.Querier.LabelNames(ctx, h, ms...))
}

// countStrings takes what LabelValues and LabelNames return. They return all at
// once, so too many of them are seen too late to not have them, but in time not
// to answer them, which takes several times as much.
func countStrings(ctx context.Context) func([]string, annotations.Annotations, error) ([]string, annotations.Annotations, error) {
	return func(list []string, warnings annotations.Annotations, err error) ([]string, annotations.Annotations, error) {
		a, ok := ctx.Value(requestKey{}).(*account)
		if !ok || err != nil {
			return list, warnings, err
		}
		var held int64
		for _, s := range list {
			held += stringBytes + int64(len(s))
		}
		if !a.add(held, held) {
			return nil, warnings, a.ended.Load()
		}
		return list, warnings, nil
	}
}

// Sizes in bytes of what is read.
const (
	// stringBytes is the header of a string.
	stringBytes = 16
	// answeredBytes is what a series takes in an answer that is built as a whole:
	// its text, or the messages that its text is made from.
	answeredBytes = 400
)
