package e2e

import (
	"sync"
	"testing"
)

// These need minutes and mostly wait, for samples and for pages, so they run beside
// each other. They come first, by the name of this file: after them tests break things
// on purpose.
func TestBesideEachOther(t *testing.T) {
	// Content makes pods that crash and a drop-in that is refused, to have something to
	// show, and an idle cluster has none. The others only look.
	idle := make(chan struct{})
	isRun := false
	t.Run("IdleClusterFiresWatchdogAlone", func(t *testing.T) {
		isRun = true
		t.Cleanup(func() { close(idle) })
		t.Parallel()
		testIdleClusterFiresWatchdogAlone(t)
	})
	if !isRun {
		close(idle)
	}
	for name, test := range map[string]func(*testing.T){
		"Content":         func(t *testing.T) { <-idle; testContent(t) },
		"PagesInABrowser": testPagesInABrowser,
		"ChartIsAccepted": testChartIsAccepted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// disturbing is held by the one test that takes a part of the release away.
var disturbing sync.Mutex

// disturb lets the test break the release under test until it ends: one test at a
// time, beside others that have a release of their own or can wait.
func disturb(t *testing.T) {
	disturbing.Lock()
	t.Cleanup(disturbing.Unlock)
}
