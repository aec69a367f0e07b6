package build

import (
	"os"
	"testing"
	"time"
)

// TestEnsure builds all programs, so that what is measured or compared later
// does not wait for a compiler.
func TestEnsure(t *testing.T) {
	programs := []Program{Server(), FullServer(), Prometheus(), Promtool()}
	if !testing.Short() {
		programs = append(programs, Thanos())
	}
	for _, p := range programs {
		began := time.Now()
		path, err := Ensure(t.Context(), p)
		if err != nil {
			t.Error(err)
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Error(err)
			continue
		}
		t.Logf("%s %s: %d MB, built in %v", p.Name, p.Version, info.Size()>>20, time.Since(began).Round(time.Second))
	}
}
