package plan

import (
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// part is what one drop-in brings, parsed. It is immutable, and the same
// pointer in every plan until the drop-in changes.
type part struct {
	item *dropin.ManifestItem
	id   string // its Ref
	// jobs of a scrape drop-in, the same without discovery, and which defaults they
	// were parsed with.
	jobs, scraped []*config.ScrapeConfig
	global        int
	// groups of a rules drop-in, and how their names were validated.
	groups *rulefmt.RuleGroups
	scheme model.ValidationScheme
}

// parts are those of a plan, sorted by file as its generation is.
type parts struct {
	scrape, rules []*part
}

// is says whether the part was parsed from the bytes of it.
func (p *part) is(it *dropin.ManifestItem) bool {
	return p != nil && (p.item == it || p.item.SHA256 == it.SHA256 && p.item.File == it.File && p.item.Ref == it.Ref)
}

// walk finds parts in a list. What is looked for must be in the order of the
// list: so it costs one look at each, and no map of them all.
type walk struct{ rest []*part }

// to returns the part of an item's file, nil if there is none. An item that did not
// change is the same pointer, so nearly all are found without a look at their names.
func (w *walk) to(it *dropin.ManifestItem) *part {
	for len(w.rest) > 0 && w.rest[0].item != it && w.rest[0].item.File < it.File {
		w.rest = w.rest[1:]
	}
	if len(w.rest) > 0 && (w.rest[0].item == it || w.rest[0].item.File == it.File) {
		return w.rest[0]
	}
	return nil
}

// sameNames says whether two lists bring jobs of the same names by the same
// drop-ins.
func sameNames(a, b []*part) bool {
	if len(a) != len(b) {
		return false
	}
	for i, p := range a {
		q := b[i]
		if p == q {
			continue
		}
		if p.item.Ref != q.item.Ref || len(p.jobs) != len(q.jobs) {
			return false
		}
		for k, job := range p.jobs {
			if job.JobName != q.jobs[k].JobName {
				return false
			}
		}
	}
	return true
}
