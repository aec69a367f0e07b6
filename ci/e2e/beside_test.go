package e2e

import "testing"

// These need minutes and mostly wait, for samples and for pages. They look at the
// release under test without changing anything, so they run beside each other, and
// before those that measure times or take something away.
func TestBesideEachOther(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"Content":         testContent,
		"PagesInABrowser": testPagesInABrowser,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}
