package progress

import (
	"fmt"
	"sync"
)

// Report is what a running step says about itself.
type Report struct {
	mu   sync.Mutex // guards text, which the drawing goroutine reads
	text string
}

// Notef replaces what the step says about itself: where it is while it runs,
// and in the end what came out.
func (r *Report) Notef(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text = fmt.Sprintf(format, args...)
}

func (r *Report) note() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text
}
