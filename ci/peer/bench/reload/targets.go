package reload

import (
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
)

// targets answers every scrape and remembers when each watched job was scraped.
type targets struct {
	mu    sync.Mutex // guards times
	times map[string][]time.Time
}

// ServeHTTP implements http.Handler.
func (t *targets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	t.times[r.URL.Path] = append(t.times[r.URL.Path], time.Now())
	t.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	io.WriteString(w, "requests_total{code=\"200\"} 10\nrequests_total{code=\"500\"} 1\n")
}

// forget starts anew, for the next server.
func (t *targets) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.times = map[string][]time.Time{}
}

// scraped returns how many jobs were scraped at least twice.
func (t *targets) scraped() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, times := range t.times {
		if len(times) > 1 {
			n++
		}
	}
	return n
}

// missed adds up, over the watched jobs, the scrapes that did not come since a
// time. They come each second, and half a second late counts as on time.
func (t *targets) missed(since time.Time) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, times := range t.times {
		if len(times) < 3 {
			continue // not a watched one
		}
		last := since
		for _, at := range append(times, time.Now()) {
			if at.Before(since) {
				last = at
				continue
			}
			if gap := at.Sub(last); gap > 1500*time.Millisecond {
				n += int(math.Round(gap.Seconds())) - 1
			}
			last = at
		}
	}
	return n
}

// hostPort names the address as scrape targets do.
func hostPort(url string) string { return strings.TrimPrefix(url, "http://") }
