package e2e

import "testing"

// These need minutes and mostly wait: for samples, for pages, for the time after
// which a second notification would have come. They look at the release under
// test without changing what the others look at, so they run beside each other,
// and before those that measure times or take something away.
func TestBesideEachOther(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"Content":          testContent,
		"PagesInABrowser":  testPagesInABrowser,
		"LostAlertmanager": testLostAlertmanager,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}
