// Package dashboards serves the dashboards among the drop-ins, so that they can
// be looked at in a cluster without Grafana. It serves Grafana's JSON as its
// author wrote it; drawing it is the web pages' work.
package dashboards

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Source is a set of published drop-ins: a generation.
type Source interface {
	// Items lists the published files.
	Items() []dropin.ManifestItem
	// Read returns one file's bytes.
	Read(dropin.ManifestItem) ([]byte, error)
}

// Summary is what a list of dashboards shows.
type Summary struct {
	UID         string     `json:"uid"`
	Title       string     `json:"title"`
	Description string     `json:"description,omitempty"`
	Tags        []string   `json:"tags"`
	Folder      string     `json:"folder,omitempty"`
	Ref         dropin.Ref `json:"ref"`
	// Panels counts panels, those in rows included and rows not.
	Panels int `json:"panels"`
	// Stale says that the newest edit was refused and this is the one before.
	Stale bool `json:"stale,omitempty"`
	// Error says why the dashboard cannot be opened; empty if it can.
	Error string `json:"error,omitempty"`
}

// Index knows the dashboards of a Source. It reads a file once and again only
// when its content has changed. The zero Index is ready to use.
type Index struct {
	mu    sync.Mutex
	known map[string]Summary // by SHA-256 of the file; guarded by mu
}

// entry is a dashboard with the file it is in.
type entry struct {
	Summary
	item dropin.ManifestItem
}

// List returns the dashboards sorted by folder and title. Of several with the
// same UID the oldest counts, as in all of the stack.
func (x *Index) List(src Source) []Summary {
	entries := x.entries(src)
	out := make([]Summary, len(entries))
	for i, e := range entries {
		out[i] = e.Summary
	}
	return out
}

// find returns the dashboard with the UID.
func (x *Index) find(src Source, uid string) (entry, bool) {
	for _, e := range x.entries(src) {
		if e.UID == uid {
			return e, true
		}
	}
	return entry{}, false
}

func (x *Index) entries(src Source) []entry {
	items := slices.DeleteFunc(slices.Clone(src.Items()), func(it dropin.ManifestItem) bool { return it.Kind != dropin.KindDashboard })
	slices.SortFunc(items, func(a, b dropin.ManifestItem) int {
		return cmp.Or(a.Created.Compare(b.Created), a.Ref.Compare(b.Ref))
	})

	x.mu.Lock()
	defer x.mu.Unlock()
	next := make(map[string]Summary, len(items))
	taken := make(map[string]bool, len(items))
	var out []entry
	for _, it := range items {
		s, ok := x.known[it.SHA256]
		if !ok {
			s = summarize(src, it)
		}
		if s.Error == "" {
			// A file that could not be read may be readable the next time.
			next[it.SHA256] = s
		}
		// What does not come from the content is set anew: two drop-ins may be equal.
		s.Ref, s.Folder, s.Stale = it.Ref, it.Folder, it.Stale
		if s.UID == "" {
			s.UID = uidOf(it.Ref)
		}
		if taken[s.UID] {
			continue
		}
		taken[s.UID] = true
		out = append(out, entry{s, it})
	}
	x.known = next
	slices.SortFunc(out, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Title, b.Title), cmp.Compare(a.UID, b.UID))
	})
	return out
}

func summarize(src Source, it dropin.ManifestItem) Summary {
	failed := func(err error) Summary {
		return Summary{Title: it.Ref.Key, Tags: []string{}, Error: err.Error()}
	}
	raw, err := src.Read(it)
	if err != nil {
		return failed(fmt.Errorf("read the dashboard: %w", err))
	}
	type panel struct {
		Type   string            `json:"type"`
		Panels []json.RawMessage `json:"panels"`
	}
	var d struct {
		UID         string   `json:"uid"`
		Title       string   `json:"title"`
		Description string   `json:"description"`
		Tags        []string `json:"tags"`
		Panels      []panel  `json:"panels"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return failed(fmt.Errorf("parse the dashboard: %w", err))
	}
	s := Summary{UID: d.UID, Title: cmp.Or(d.Title, it.Ref.Key), Description: d.Description, Tags: d.Tags}
	if s.Tags == nil {
		s.Tags = []string{}
	}
	for _, p := range d.Panels {
		if p.Type != "row" {
			s.Panels++
		}
		s.Panels += len(p.Panels)
	}
	return s
}

// uidOf names a dashboard whose author gave it no UID: stable, and short enough
// for an address.
func uidOf(r dropin.Ref) string {
	sum := sha256.Sum256([]byte(r.String()))
	return "ref-" + hex.EncodeToString(sum[:6])
}
