package e2e

import "testing"

// These need minutes and mostly wait, for samples and for pages. They look at the
// release under test without changing anything, so they run beside each other. They
// come first, by the name of this file: after them tests break things on purpose, and
// one of these says that nothing fires while nothing does.
func TestBesideEachOther(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"Content":                       testContent,
		"PagesInABrowser":               testPagesInABrowser,
		"IdleClusterFiresWatchdogAlone": testIdleClusterFiresWatchdogAlone,
		"ChartIsAccepted":               testChartIsAccepted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}
