package tests

import (
	"encoding/json"
	"testing"
)

// A release must stay small: it is kept in one Secret, and many tools keep each
// object once more in an annotation of 256 KiB at most.
func TestSize(t *testing.T) {
	const (
		mostObjects      = 90
		mostBytes        = 400 << 10
		mostSecretBytes  = 160 << 10
		mostBytesOfOne   = 200 << 10
		releaseSecretMax = 1 << 20
	)
	r := rendered(t, nil)
	secret, err := r.SecretBytes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("default render: %d objects, %d bytes; release Secret: %d bytes, %.1f %% of its room",
		len(r.Objects), len(r.Manifest), secret, 100*float64(secret)/releaseSecretMax)
	if len(r.Objects) >= mostObjects {
		t.Errorf("%d objects, want fewer than %d", len(r.Objects), mostObjects)
	}
	if len(r.Manifest) >= mostBytes {
		t.Errorf("%d bytes, want fewer than %d", len(r.Manifest), mostBytes)
	}
	if secret >= mostSecretBytes {
		t.Errorf("release Secret of %d bytes, want fewer than %d", secret, mostSecretBytes)
	}
	for _, u := range r.Objects {
		data, err := json.Marshal(u.Object)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > mostBytesOfOne {
			t.Errorf("%s has %d bytes, want at most %d", name(u), len(data), mostBytesOfOne)
		}
	}
}

// Nothing runs beside what is installed: no hook but the one of `helm test`.
func TestHooks(t *testing.T) {
	for event, paths := range rendered(t, nil).Hooks() {
		if event != "test" {
			t.Errorf("%s: a hook for %s", paths, event)
		}
	}
}
