package query

import (
	"log/slog"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/guard/size"
)

func TestWatcherEndsOneAtATime(t *testing.T) {
	g := New(Options{Heap: size.Bytes(1000), Logger: slog.New(slog.DiscardHandler)})
	add := func(kind string, bytes int64) *account {
		a := g.account(kind, "", 1<<40)
		a.expected = bytes
		a.show()
		return &a
	}
	rule, small, middle, large := add(rule, 9000), add(adHoc, 10), add(adHoc, 500), add(adHoc, 800)
	ended := func(a *account) bool { return a.ended.Load() != nil }

	var w watcher
	w.look(g, 900, 1)
	if ended(large) {
		t.Fatal("a query was ended below the limit")
	}
	w.look(g, 1001, 2)
	if !ended(large) || ended(middle) {
		t.Fatal("the most expensive query is to be ended, and no other")
	}
	w.look(g, 1001, 9)
	if ended(middle) {
		t.Fatal("another query was ended while the first was running")
	}
	g.finish(large)
	w.look(g, 1001, 9)
	w.look(g, 1001, 10)
	if ended(middle) {
		t.Fatal("another query was ended before the first one's memory was collected")
	}
	w.look(g, 1001, 11)
	if !ended(middle) {
		t.Fatal("the next is to be ended when that did not help")
	}
	g.finish(middle)
	w.look(g, 1001, 20)
	w.look(g, 1001, 30)
	w.look(g, 1001, 40)
	if ended(small) || ended(rule) {
		t.Error("a small query or a rule was ended for the heap's sake")
	}
}
