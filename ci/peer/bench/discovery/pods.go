package discovery

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// pods answer for all pods when one server scrapes them, and remember when each
// was scraped first.
type pods struct {
	web *httptest.Server

	mu   sync.Mutex // guards seen
	seen map[string]chan time.Time
}

func newPods() *pods {
	p := &pods{seen: map[string]chan time.Time{}}
	p.web = httptest.NewServer(p)
	return p
}

func (p *pods) address() string { return strings.TrimPrefix(p.web.URL, "http://") }

// ServeHTTP implements http.Handler. A probe says by a parameter which endpoint
// it is meant for.
func (p *pods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if address := r.URL.Query().Get("probe"); address != "" {
		select {
		case p.first(address) <- time.Now():
		default: // not the first
		}
	}
	io.WriteString(w, "up_total 1\n")
}

// first delivers the time of the first scrape of an address, to one reader.
func (p *pods) first(address string) chan time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen[address] == nil {
		p.seen[address] = make(chan time.Time, 1)
	}
	return p.seen[address]
}
