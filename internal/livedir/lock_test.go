package livedir

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestLock(t *testing.T) {
	path := t.TempDir()
	first, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(path); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("a second writer: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := Lock(path)
	if err != nil {
		t.Fatalf("after the first has gone: %v", err)
	}
	second.Close()
}

// The lock is no generation, and nothing that a dead writer left.
func TestLockStays(t *testing.T) {
	path := t.TempDir()
	l, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d := open(t, path)
	publish(t, d, bundle(t, map[string]string{"a": "1"}))
	if err := d.Prune(); err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(path); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v", err)
	}
}
