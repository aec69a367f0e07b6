package query

import (
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// Sizes in bytes of what remote read makes of the samples it reads, before it
// sends any: a message, its encoding, and that compressed, all there at once.
const (
	readFloatBytes     = 64
	readHistogramBytes = 600
	readBucketBytes    = 32
)

// countSamplesBy is how many bytes of samples are counted at a time.
const countSamplesBy = 64 << 10

// readSet counts the samples too. Unlike a query, which knows how many points it
// will make of them, a read makes one of each.
type readSet struct{ countedSet }

// At implements storage.SeriesSet.
func (s *readSet) At() storage.Series { return readSeries{s.countedSet.At(), s.account} }

type readSeries struct {
	storage.Series
	account *account
}

// Iterator implements storage.Series.
func (s readSeries) Iterator(reuse chunkenc.Iterator) chunkenc.Iterator {
	it, ok := reuse.(*readIterator)
	if !ok {
		it = &readIterator{}
		it.Iterator = s.Series.Iterator(reuse)
	} else {
		it.Iterator = s.Series.Iterator(it.Iterator)
	}
	it.account = s.account
	return it
}

// readIterator counts what is iterated over. Bytes that it has not counted yet
// stay with it from series to series.
type readIterator struct {
	chunkenc.Iterator
	account *account
	pending int64
}

// Next implements chunkenc.Iterator.
func (it *readIterator) Next() chunkenc.ValueType {
	t := it.Iterator.Next()
	if t == chunkenc.ValFloat {
		it.pending += readFloatBytes
	}
	if it.pending >= countSamplesBy && !it.count() {
		return chunkenc.ValNone
	}
	return t
}

// AtHistogram implements chunkenc.Iterator.
func (it *readIterator) AtHistogram(h *histogram.Histogram) (int64, *histogram.Histogram) {
	t, h := it.Iterator.AtHistogram(h)
	it.pending += readHistogramBytes + readBucketBytes*int64(len(h.PositiveBuckets)+len(h.NegativeBuckets))
	return t, h
}

// AtFloatHistogram implements chunkenc.Iterator.
func (it *readIterator) AtFloatHistogram(h *histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	t, h := it.Iterator.AtFloatHistogram(h)
	it.pending += readHistogramBytes + readBucketBytes*int64(len(h.PositiveBuckets)+len(h.NegativeBuckets))
	return t, h
}

func (it *readIterator) count() bool {
	held := it.pending
	it.pending = 0
	return it.account.add(held, 0)
}

// Err implements chunkenc.Iterator.
func (it *readIterator) Err() error {
	if e := it.account.ended.Load(); e != nil {
		return e
	}
	return it.Iterator.Err()
}
